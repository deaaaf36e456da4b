import type { CallMissing } from '../../bus/contract/voice.ts'
import { frameLength } from './microphone.ts'
import type { Questions } from './questions.ts'
import type { Utterances } from './utterances.ts'
import { type SpeechListener, VoiceActivity } from './voice-activity.ts'

export interface HearingListener {
  /** Somebody begins to speak. */
  onBegin(): void
  /** They go on; told with every frame. */
  onVoice(voicedMs: number): void
  /** They are silent; their words follow, or none at all. */
  onSilence(): void
  /** All that was said, since the last time. Empty where it was no word. */
  onWords(words: string): void
  /** Some of it could not be written down. */
  onUnwritten(detail: string): void
}

/** One utterance whose words are not known yet, or wait for those before it. */
interface Spoken {
  /** The question for its words. */
  question: number | undefined
  words: string | undefined
  /** It has ended: what is asked is about all of it. */
  isOver: boolean
}

/**
 * Makes words of what the microphone hears. They are asked for in the first short pause already; who goes on after it is
 * asked for anew. What is said in several breaths before the words of the first are there becomes one.
 */
export class Hearing implements SpeechListener {
  readonly activity = new VoiceActivity(this)
  readonly #utterances: Utterances
  readonly #questions: Questions
  readonly #listener: HearingListener
  readonly #spoken = new Map<number, Spoken>()
  #current = -1

  constructor(utterances: Utterances, questions: Questions, listener: HearingListener) {
    this.#utterances = utterances
    this.#questions = questions
    this.#listener = listener
  }

  /** Words of something that was said are still to come. */
  get isWriting(): boolean {
    return this.#spoken.size > 0
  }

  /** The hub lacks sound; what was asked about it is asked again when it has it. */
  missing(missing: CallMissing): void {
    this.#utterances.missing(missing)
    this.#questions.missing(missing.utterance)
  }

  onBegin(before: readonly Int16Array<ArrayBuffer>[]): void {
    this.#current = this.#utterances.begin()
    this.#spoken.set(this.#current, { question: undefined, words: undefined, isOver: false })
    for (const frame of before) this.#utterances.add(this.#current, frame)
    this.#listener.onBegin()
  }

  onFrame(frame: Int16Array<ArrayBuffer>): void {
    this.#utterances.add(this.#current, frame)
    this.#listener.onVoice(this.activity.voicedMs)
  }

  onPause(): void {
    this.#ask(this.#current)
  }

  onResume(): void {
    const spoken = this.#spoken.get(this.#current)
    if (spoken === undefined) return
    this.#questions.drop(spoken.question)
    spoken.question = undefined
    spoken.words = undefined
  }

  onCut(at: number): void {
    // Words that were asked for in a pause may be of more than what stays before the cut.
    this.onResume()
    const before = this.#current
    this.#current = this.#utterances.cut(before, at * frameLength * 2)
    this.#spoken.set(this.#current, { question: undefined, words: undefined, isOver: false })
    this.#finish(before)
  }

  onEnd(isSpeech: boolean): void {
    this.#listener.onSilence()
    if (isSpeech) this.#finish(this.#current)
    else this.#written(this.#current, '')
  }

  #finish(number: number): void {
    const spoken = this.#spoken.get(number)
    if (spoken === undefined) return
    spoken.isOver = true
    if (spoken.words !== undefined) this.#written(number, spoken.words)
    else if (spoken.question === undefined) this.#ask(number)
  }

  #ask(number: number): void {
    const spoken = this.#spoken.get(number)
    if (spoken === undefined) return
    const length = this.#utterances.lengthOf(number)
    this.#questions.drop(spoken.question)
    spoken.question = this.#questions.ask({
      asking: { type: 'call.transcribe', utterance: number, length },
      isReady: () => this.#utterances.isSent(number, length),
      onAnswer: (answer) => answer.type === 'call.transcript' && this.#written(number, answer.text.trim()),
      onFailed: ({ detail }) => {
        spoken.question = undefined
        // What failed in a pause is asked for once more at the end.
        if (!spoken.isOver) return
        this.#listener.onUnwritten(detail)
        this.#written(number, '')
      },
    })
    this.#utterances.pump()
  }

  #written(number: number, words: string): void {
    const spoken = this.#spoken.get(number)
    if (spoken === undefined) return
    spoken.words = words
    // Words of a pause count once it turns out to be the end.
    if (number === this.#current && this.activity.isSpeaking) return
    spoken.isOver = true
    this.#utterances.forget(number)
    this.#tell()
  }

  /** Nobody speaks, and all words are there: they are one message. */
  #tell(): void {
    const spoken = [...this.#spoken.values()]
    if (
      this.activity.isSpeaking ||
      spoken.length === 0 ||
      spoken.some(({ isOver, words }) => !isOver || words === undefined)
    )
      return
    this.#spoken.clear()
    this.#listener.onWords(
      spoken
        .map(({ words }) => words)
        .filter(Boolean)
        .join(' '),
    )
  }
}
