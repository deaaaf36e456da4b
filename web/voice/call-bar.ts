import { tell } from '../chat/notices.ts'
import { part, type Room, setPart } from '../chat/page-parts.ts'
import type { Call, CallStatus } from './call.ts'

/** States worth a word to a screen reader; the others one hears. */
const told: readonly CallStatus[] = ['listening', 'muted', 'returning']

/** The bar above the composer while a call is on. */
export class CallBar {
  readonly #room: Room
  readonly #bar: HTMLElement
  readonly #left = new AbortController()
  #shown = ''
  #told: CallStatus | undefined
  #note = ''
  #level = ''

  constructor(room: Room) {
    this.#room = room
    this.#bar = partOf(room.chat, 'call-bar')
  }

  /** Brings it in, with the focus. */
  open(call: Call<unknown>): void {
    const { signal } = this.#left
    const press = (className: string, act: () => void) =>
      partOf(this.#bar, className).addEventListener('click', act, { signal })
    press('call-mute', () => void call.setMuted(!call.isMuted))
    press('call-hush', () => call.hush())
    press('call-end', () => call.end())
    press('call-offer', () => void call.start(call.offer === 'replace'))
    // Here Escape quiets the companion, and never ends the call.
    this.#bar.addEventListener('keydown', ({ key }) => key === 'Escape' && call.hush(), { signal })
    this.#bar.hidden = false
    this.#room.chat.dataset.call = ''
    this.#bar.focus()
    const beat = () => {
      if (signal.aborted) return
      this.#showLevel(call.loudness)
      requestAnimationFrame(beat)
    }
    beat()
  }

  show(call: Call<unknown>): void {
    const { status, note, offer, isMuted } = call
    const shown = JSON.stringify([status, note, offer, isMuted])
    if (shown === this.#shown) return
    this.#shown = shown
    const focused = document.activeElement
    this.#bar.dataset.state = status
    setPart(this.#bar, 'call-state', this.#bar.getAttribute(`data-word-${status}`) ?? '')
    setPart(this.#bar, 'call-note', note)
    partOf(this.#bar, 'call-note').hidden = note === ''
    this.#showButtons(offer, isMuted)
    this.#say(status, note)
    // A button that goes leaves the focus to the bar.
    if (this.#bar.contains(focused) && !focused?.checkVisibility()) this.#bar.focus()
  }

  /** Takes it away; the focus that was in it goes back to the composer. */
  close(): void {
    const hadFocus = this.#bar.contains(document.activeElement)
    this.#left.abort()
    this.#bar.hidden = true
    delete this.#room.chat.dataset.call
    if (hadFocus) part(this.#room.composer, 'composer-call')?.focus()
  }

  #showButtons(offer: Call<unknown>['offer'], isMuted: boolean): void {
    const mute = partOf(this.#bar, 'call-mute')
    mute.hidden = offer !== undefined
    mute.setAttribute('aria-pressed', String(isMuted))
    mute.title = isMuted ? 'Unmute' : 'Mute'
    const end = partOf(this.#bar, 'call-end')
    end.title = offer ? 'Close' : 'End the call'
    end.setAttribute('aria-label', end.title)
    const offered = partOf(this.#bar, 'call-offer')
    offered.hidden = offer === undefined
    offered.textContent = offer === 'replace' ? 'Call here instead' : 'Try again'
  }

  #say(status: CallStatus, note: string): void {
    if (note && note !== this.#note) tell('said', note)
    else if (told.includes(status) && status !== this.#told)
      tell('said', this.#bar.getAttribute(`data-word-${status}`))
    if (told.includes(status)) this.#told = status
    this.#note = note
  }

  /** Moves by a transform alone, so nothing is laid out. */
  #showLevel(level: number): void {
    const shown = level.toFixed(2)
    if (shown !== this.#level) this.#bar.style.setProperty('--level', shown)
    this.#level = shown
  }
}

function partOf(place: Element, className: string): HTMLElement {
  const found = part(place, className)
  if (found === null) throw new Error(`The page has no .${className}`)
  return found
}
