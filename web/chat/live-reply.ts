import type { ReplyReader } from '../../bus/contract/reply-reader.ts'
import { part, setPart, setReplyState, setStatus } from './page-parts.ts'
import { Preview } from './preview.ts'
import type { RunningReply } from './running-reply.ts'

/** One reply's turn while it grows. */
export class LiveReply {
  readonly turn: HTMLElement
  readonly companionName: string
  #preview: Preview | undefined
  #reply: RunningReply | undefined
  #isAccepted = false
  #isHere = true
  #stopping = ''
  /** What keeps it, while it stands still. */
  #standstill = ''
  #unsent = ''

  constructor(turn: HTMLElement, companionName: string) {
    this.turn = turn
    this.companionName = companionName
  }

  /** What is read of it, text and thoughts as Markdown. */
  get reader(): ReplyReader | undefined {
    return this.#reply?.reader
  }

  /** Takes note; the next `paint` shows it. */
  take(reply: RunningReply): void {
    this.#reply = reply
    this.#isAccepted = true
    this.#standstill = ''
  }

  /** @param state of the request; absent: as the turn says. */
  accept(state: string = this.turn.dataset.state ?? ''): void {
    this.#isAccepted = true
    setReplyState(this.turn, state)
    this.#say()
  }

  /** How it stands with its message, which the hub has not accepted yet. */
  unsent(words: string): void {
    this.#unsent = words
    this.#say()
  }

  /** It is to end; or, without words, to go on after all. */
  stop(words = 'Stopping'): void {
    this.#stopping = words
    this.#say()
  }

  /** It stands still: what keeps it, in words. */
  quiet(words: string): void {
    this.#standstill = words
    this.#say()
  }

  setHere(isHere: boolean): void {
    this.#isHere = isHere
    this.#standstill = ''
    this.#say()
  }

  /** Shows what was taken. Called once a frame at most. */
  paint(): void {
    const { reader } = this
    if (reader === undefined) return
    if (reader.attempt > 0 && this.turn.dataset.state !== 'published') setReplyState(this.turn, 'published')
    this.#paintThoughts(reader.thoughts, reader.shown !== '')
    const body = part(this.turn, 'reply-body')
    if (body && (reader.shown !== '' || this.#preview)) {
      this.#preview ??= new Preview(body)
      this.#preview.show(reader.shown)
    }
    this.#say()
  }

  /** The log is read to its end; the server's rendering is on its way. */
  end(): void {
    this.paint()
    this.#preview?.end()
    const end = this.reader?.end
    const state =
      end?.type === 'error' ? 'failed' : end?.finish_reason === 'cancelled' ? 'cancelled' : 'answered'
    setReplyState(this.turn, state)
    setStatus(this.turn, '')
  }

  #paintThoughts(thoughts: string, hasText: boolean): void {
    if (thoughts === '') return
    part(this.turn, 'thoughts')?.removeAttribute('hidden')
    setPart(this.turn, 'thoughts-label', hasText ? 'Thoughts' : 'Thinking')
    const place = part(this.turn, 'thoughts-text')
    if (!place) return
    const shown = place.firstChild
    if (shown instanceof Text && thoughts.startsWith(shown.data))
      shown.appendData(thoughts.slice(shown.length))
    else place.textContent = thoughts
  }

  /** What it waits for. Beside a text that grows there is nothing to say, until it stalls. */
  #say(): void {
    const [words, isUrgent] = this.#words()
    setStatus(this.turn, words, isUrgent)
  }

  #words(): [words: string, isUrgent: boolean] {
    if (!this.#isHere) return [`${this.#awayWords()} when the connection is back`, true]
    if (this.#stopping) return [this.#stopping, true]
    if (!this.#isAccepted) return [this.#unsent, true]
    if (this.turn.dataset.state === 'waiting') return ['Waiting for its turn', false]
    if (this.#standstill) return [this.#standstill, true]
    return [this.reader?.shown ? '' : `${this.companionName} is thinking`, false]
  }

  #awayWords(): string {
    if (this.#stopping) return 'Stops'
    return this.#isAccepted ? 'The answer goes on' : 'Goes out'
  }
}

/** In a hidden tab no frame is painted, but time goes on. Milliseconds. */
const hiddenMs = 250

/** Calls `paint` once for any number of calls before the next frame. */
export function oncePerFrame(paint: () => void): () => void {
  let isDue = false
  const run = () => {
    isDue = false
    paint()
  }
  return () => {
    if (isDue) return
    isDue = true
    if (document.hidden) setTimeout(run, hiddenMs)
    else requestAnimationFrame(run)
  }
}
