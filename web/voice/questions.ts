import { maxCallQuestions } from '../../bus/contract/limits.ts'
import type {
  CallFailed,
  CallSayFrame,
  CallSpeech,
  CallTranscribeFrame,
  CallTranscript,
} from '../../bus/contract/voice.ts'
import { waitMs } from '../chat/delivery.ts'

type QuestionFrame = CallTranscribeFrame | CallSayFrame
type Answer = CallTranscript | CallSpeech

/** What is asked; its number and call are added. */
export type Asking =
  | Pick<CallTranscribeFrame, 'type' | 'utterance' | 'length'>
  | Pick<CallSayFrame, 'type' | 'text'>

export interface Question {
  readonly asking: Asking
  /** Whether it can be asked yet; looked at again with each `pump`. */
  isReady?(): boolean
  onAnswer(answer: Answer): void
  /** It got no answer in all tries, for the reason given. */
  onFailed(why: Pick<CallFailed, 'code' | 'detail'>): void
}

interface Open extends Question {
  readonly number: number
  /** It went out, and its answer is waited for. */
  asked: boolean
  failures: number
  timer: ReturnType<typeof setTimeout> | undefined
}

/** Tries of one question. */
const mostTries = 5
/** A question that was not even refused is asked again after this long, in milliseconds: its frame may have been. */
const unansweredMs = 20_000
/** The hub may still be at work on ones that nobody here waits for any more, so not all of its places are used. */
const mostAsked = maxCallQuestions - 2

/**
 * The numbered questions of a call. Each is asked until it is answered: again on another socket, and after a failure that
 * can pass, a bounded number of times.
 */
export class Questions {
  readonly #callId: string
  readonly #send: (frame: QuestionFrame) => boolean
  readonly #open = new Map<number, Open>()
  #count = 0

  /** @param send returns whether it went out. */
  constructor(callId: string, send: (frame: QuestionFrame) => boolean) {
    this.#callId = callId
    this.#send = send
  }

  /** @returns its number. */
  ask(question: Question): number {
    const number = this.#count
    this.#count += 1
    this.#open.set(number, { ...question, number, asked: false, failures: 0, timer: undefined })
    this.pump()
    return number
  }

  /** Nobody waits for its answer any more. */
  drop(number: number | undefined): void {
    const open = this.#open.get(number ?? -1)
    clearTimeout(open?.timer)
    if (open) this.#open.delete(open.number)
    this.pump()
  }

  clear(): void {
    for (const { timer } of this.#open.values()) clearTimeout(timer)
    this.#open.clear()
  }

  /** The call is open on a new socket, where nothing was asked. */
  restart(): void {
    for (const open of this.#open.values()) unask(open)
    this.pump()
  }

  /** The hub lacks sound of this utterance: what was asked about it will not be answered. */
  missing(utterance: number): void {
    for (const open of this.#open.values())
      if (open.asking.type === 'call.transcribe' && open.asking.utterance === utterance) unask(open)
    this.pump()
  }

  answered(answer: Answer): void {
    const open = this.#open.get(answer.question)
    if (open === undefined) return
    this.drop(open.number)
    open.onAnswer(answer)
  }

  failed({ question, code, detail, retryable, retry_after_ms }: Omit<CallFailed, 'type' | 'call_id'>): void {
    const open = this.#open.get(question)
    if (open === undefined) return
    if (retryable) this.#later(open, { code, detail }, waitMs(retry_after_ms, open.failures))
    else this.#giveUp(open, { code, detail })
  }

  /** Asks what can be asked. */
  pump(): void {
    for (const open of this.#open.values()) {
      const asked = [...this.#open.values()].filter((one) => one.asked).length
      if (open.asked || open.timer !== undefined || asked >= mostAsked || open.isReady?.() === false) continue
      if (!this.#send({ ...open.asking, call_id: this.#callId, question: open.number })) return
      open.asked = true
      open.timer = setTimeout(() => this.#later(open, unanswered, 0), unansweredMs)
    }
  }

  #later(open: Open, why: Pick<CallFailed, 'code' | 'detail'>, afterMs: number): void {
    unask(open)
    open.failures += 1
    if (open.failures >= mostTries) this.#giveUp(open, why)
    else
      open.timer = setTimeout(() => {
        open.timer = undefined
        this.pump()
      }, afterMs)
  }

  #giveUp(open: Open, why: Pick<CallFailed, 'code' | 'detail'>): void {
    this.drop(open.number)
    open.onFailed(why)
  }
}

const unanswered = { code: 'bus_unavailable', detail: 'No answer came' }

function unask(open: Open): void {
  clearTimeout(open.timer)
  open.timer = undefined
  open.asked = false
}
