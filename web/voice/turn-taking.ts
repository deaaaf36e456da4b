import { isBackChannel } from './back-channels.ts'
import { isEcho } from './echo.ts'
import type { HearingListener } from './hearing.ts'
import type { Player } from './player.ts'
import type { Questions } from './questions.ts'
import { Reading } from './reading.ts'

/** An answer as far as it is known. */
export interface Answer {
  readonly text: string
  readonly isWhole: boolean
  /** Somebody stopped it. */
  readonly isStopped: boolean
}

export interface TurnTakingListener {
  /** Says words to the companion. @returns the request that they made, or why they were not taken. */
  say(words: string): { readonly requestId: string } | { readonly flaw: string }
  /** @returns undefined where there will be none. */
  answerTo(requestId: string): Answer | undefined
  /** The answer was heard up to there and is to end. */
  interrupt(requestId: string, heardOffset: number): void
  /** Somebody began or ended to speak. */
  onChange(): void
  /** Something that one should know, in words for people. */
  onNote(words: string): void
}

/** So much voice over the companion's is an interruption, in milliseconds; less may be a cough. */
const interruptionMs = 500
/** Where no words have come of it by then, the companion goes on, in milliseconds. */
const goOnMs = 2_000

interface Asked<Sound> {
  readonly requestId: string
  readonly reading: Reading<Sound>
}

/**
 * Who speaks when. The companion grows quiet at once when the person begins to speak, stands still when they go on, and is
 * interrupted by words, unless these only show that one listens, or are its own.
 *
 * What is said while an answer is thought about waits behind it, as what is typed does: not to have heard an answer yet
 * is no reason not to want it, and a slow model would else never get to say a word to who thinks aloud.
 */
export class TurnTaking<Sound> implements HearingListener {
  readonly #player: Player<Sound>
  readonly #questions: Questions
  readonly #listener: TurnTakingListener
  /** Whose answers are to be read, in the order they were asked. */
  #asked: Asked<Sound>[] = []
  /** The answer that the person speaks over: begun, and perhaps in a gap between two pieces of it. */
  #over: Asked<Sound> | undefined
  #isHeld = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(player: Player<Sound>, questions: Questions, listener: TurnTakingListener) {
    this.#player = player
    this.#questions = questions
    this.#listener = listener
  }

  get isSpeaking(): boolean {
    return !this.#isHeld && this.#asked[0]?.reading.isSpeaking === true
  }

  get isAnswerDue(): boolean {
    return this.#asked.length > 0
  }

  /** Looks how far the answers are. */
  follow(): void {
    const [first] = this.#asked
    if (first === undefined) return
    const answer = this.#listener.answerTo(first.requestId)
    if (answer === undefined || answer.isStopped) first.reading.stop()
    else first.reading.show(answer.text, answer.isWhole)
    if (!first.reading.isOver) return
    this.#asked = this.#asked.filter((one) => one !== first)
    this.#listener.onChange()
    this.follow()
  }

  /** The companion is to be silent now. */
  hush(): void {
    const [first] = this.#asked
    if (first?.reading.isSpeaking) this.#interrupt(first)
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const { reading } of this.#asked) reading.stop()
    this.#asked = []
  }

  onBegin(): void {
    clearTimeout(this.#timer)
    const [first] = this.#asked
    // Also in a gap of it, while its next piece is still to come.
    this.#over = first?.reading.isBegun ? first : undefined
    if (first?.reading.isSpeaking) this.#player.duck(true)
    // What is not being said yet waits until the person has spoken.
    else this.#hold()
    // What was said of the words before is over.
    this.#listener.onNote('')
    this.#listener.onChange()
  }

  onVoice(voicedMs: number): void {
    if (voicedMs >= interruptionMs && !this.#isHeld) {
      this.#hold()
      this.#listener.onChange()
    }
  }

  onSilence(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#goOn(), goOnMs)
    this.#listener.onChange()
  }

  onWords(words: string): void {
    const over = this.#over
    // Who says "yes" at the end of an answer answers it; one listens only to what goes on.
    const isRead = over !== undefined && this.#asked.includes(over)
    const isHeard = isRead && isBackChannel(words)
    if (words === '' || isHeard || (over && isEcho(words, over.reading.saidLately))) {
      this.#goOn()
      return
    }
    if (isRead) this.#interrupt(over)
    this.#goOn()
    const said = this.#listener.say(words)
    if ('flaw' in said) this.#listener.onNote(said.flaw)
    else this.#read(said.requestId)
    this.#listener.onChange()
  }

  onUnwritten(detail: string): void {
    this.#listener.onNote(`What you said could not be written down. ${detail}`)
  }

  #read(requestId: string): void {
    const reading = new Reading(this.#player, this.#questions, {
      onChange: () => this.#onRead(requestId),
      onUnsaid: (detail) => this.#listener.onNote(`The answer cannot be heard; it stands above. ${detail}`),
    })
    this.#asked.push({ requestId, reading })
    this.follow()
  }

  #onRead(requestId: string): void {
    if (this.#asked.find((one) => one.requestId === requestId)?.reading.isOver) this.follow()
    this.#listener.onChange()
  }

  #interrupt(asked: Asked<Sound>): void {
    const heardOffset = asked.reading.heardOffset
    asked.reading.stop()
    this.#asked = this.#asked.filter((one) => one !== asked)
    this.#listener.interrupt(asked.requestId, heardOffset)
    this.#listener.onChange()
  }

  #hold(): void {
    this.#isHeld = true
    this.#player.pause()
  }

  #goOn(): void {
    clearTimeout(this.#timer)
    this.#isHeld = false
    this.#player.duck(false)
    this.#player.resume()
    this.#listener.onChange()
  }
}
