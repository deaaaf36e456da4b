import { cleaned } from './delivery.ts'
import type { Drafts } from './kept.ts'
import type { Room } from './page-parts.ts'

export interface ComposerListener {
  /** @returns why it was not taken; then it stays in the composer. */
  onSend(text: string): string | undefined
  onStop(): void
  /** Arrow up in an empty composer. */
  onEditLast(): void
}

const draftPauseMs = 400

/** The one place to speak: text, draft, and the button that is send or stop. */
export class Composer {
  readonly #room: Room
  readonly #drafts: Drafts
  readonly #listener: ComposerListener
  #draftTimer: ReturnType<typeof setTimeout> | undefined
  #isAnswering = false
  /** A conversation that has not begun has another id each time. */
  #draftKey: string

  constructor(room: Room, drafts: Drafts, listener: ComposerListener, signal: AbortSignal) {
    this.#room = room
    this.#drafts = drafts
    this.#listener = listener
    const { text, composer } = room
    this.#draftKey = room.chat.dataset.new === 'true' ? 'new' : room.conversationId
    text.addEventListener('input', () => this.#onInput(), { signal })
    text.addEventListener('keydown', (event) => this.#onKey(event), { signal })
    composer.addEventListener('submit', (event) => this.#onSubmit(event), { signal })
    addEventListener('pagehide', () => this.#keepDraft(), { signal })
    signal.addEventListener('abort', () => this.#keepDraft())
    // A browser that restores a form has the newer text.
    if (text.value === '') text.value = drafts.of(this.#draftKey)
    growToText(text)
    if (this.#draftKey === 'new' && hasKeyboard.matches) this.focus()
  }

  /** While an answer runs the button stops it; Enter still sends, and the message waits its turn. */
  setAnswering(isAnswering: boolean): void {
    this.#isAnswering = isAnswering
    const { send, composer } = this.#room
    const mode = isAnswering ? 'stop' : 'send'
    if (send.dataset.mode === mode) return
    send.dataset.mode = mode
    composer.dataset.state = isAnswering ? 'answering' : 'idle'
    const label = (isAnswering ? send.dataset.labelStop : send.dataset.labelSend) ?? ''
    send.setAttribute('aria-label', label)
    send.title = label
  }

  /** A line beside the button; empty: none. `action` is offered behind it. */
  say(text: string, action?: HTMLElement): void {
    const { note } = this.#room
    note.replaceChildren(text, ...(action ? [' ', action] : []))
    note.hidden = text === ''
  }

  focus(): void {
    this.#room.text.focus()
  }

  /** The conversation has its first message. */
  begun(): void {
    this.#drafts.keep(this.#draftKey, '')
    this.#draftKey = this.#room.conversationId
  }

  /** Puts back what was not sent after all, unless something else stands here. */
  giveBack(message: string): void {
    if (this.#room.text.value !== '') return
    this.#write(message)
  }

  #send(): void {
    const { text } = this.#room
    const message = cleaned(text.value)
    if (message === '') return
    const flaw = this.#listener.onSend(message)
    this.say(flaw ?? '')
    if (flaw !== undefined) return
    this.#write('')
    this.#keepDraft()
  }

  /** As if it were typed, for all who look on. */
  #write(message: string): void {
    const { text } = this.#room
    text.value = message
    text.dispatchEvent(new Event('input', { bubbles: true }))
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault()
    if (this.#isAnswering) this.#listener.onStop()
    else this.#send()
  }

  #onKey(event: KeyboardEvent): void {
    // An input method's Enter ends its composition; Safari tells that by the key code alone.
    if (event.isComposing || event.keyCode === 229) return
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault()
      if (!event.repeat) this.#send()
    } else if (event.key === 'ArrowUp' && isPlain && this.#room.text.value === '') {
      event.preventDefault()
      this.#listener.onEditLast()
    }
  }

  #onInput(): void {
    clearTimeout(this.#draftTimer)
    this.#draftTimer = setTimeout(() => this.#keepDraft(), draftPauseMs)
    this.say('')
    growToText(this.#room.text)
  }

  #keepDraft(): void {
    clearTimeout(this.#draftTimer)
    this.#drafts.keep(this.#draftKey, this.#room.text.value)
  }
}

/** Where focus would bring up a keyboard over half the window, nobody gets it unasked. */
const hasKeyboard = matchMedia('(hover: hover) and (pointer: fine)')

const growsByItself = CSS.supports('field-sizing', 'content')

/** For browsers that cannot size a field by its content; styles give the largest height. */
export function growToText(field: HTMLTextAreaElement): void {
  if (growsByItself) return
  field.style.height = 'auto'
  field.style.height = `${field.scrollHeight}px`
}
