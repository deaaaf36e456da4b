import type { Player, Playing } from './player.ts'
import type { Questions } from './questions.ts'
import { type SpokenPiece, SpokenPieces } from './spoken-pieces.ts'

export interface ReadingListener {
  /** It speaks, waits or is over, where it was not before. */
  onChange(): void
  /** A piece could not be said. What follows it is not said either. */
  onUnsaid(detail: string): void
}

/** Pieces whose sound is asked for ahead of the one that plays, and ones that are handed to the player ahead of it. */
const asksAhead = 2
const playsAhead = 1

/** Pieces that somebody may just have heard: the one that plays, the one before it, and the one behind. */
const saidLately = 3

interface Said<Sound> {
  readonly question: number
  sound: Sound | undefined
}

interface Played {
  readonly piece: SpokenPiece
  /** Where in the answer it begins. */
  readonly from: number
  readonly playing: Playing
  isOver: boolean
}

/** Reads one answer aloud while its text comes. */
export class Reading<Sound> {
  readonly #player: Player<Sound>
  readonly #questions: Pick<Questions, 'ask' | 'drop'>
  readonly #listener: ReadingListener
  readonly #pieces = new SpokenPieces()
  readonly #said = new Map<SpokenPiece, Said<Sound>>()
  readonly #played: Played[] = []
  #text = ''
  #isWhole = false
  #isStopped = false

  constructor(player: Player<Sound>, questions: Pick<Questions, 'ask' | 'drop'>, listener: ReadingListener) {
    this.#player = player
    this.#questions = questions
    this.#listener = listener
  }

  /** The text so far; or all of it. Called again and again, also with the same. */
  show(text: string, isWhole: boolean): void {
    if (this.#isStopped || (this.#isWhole && text === this.#text)) return
    this.#isWhole = isWhole
    this.#text = text
    if (isWhole) this.#pieces.end(text)
    else this.#pieces.show(text)
    this.#goOn()
  }

  /** Something of it was heard, or is about to be. */
  get isBegun(): boolean {
    return this.#played.length > 0
  }

  /** Something of it is being heard, or about to be. */
  get isSpeaking(): boolean {
    return this.#played.some(({ isOver }) => !isOver)
  }

  /** All of it was said, or it was stopped. */
  get isOver(): boolean {
    const isSaid = this.#played.length === this.#pieces.all.length && !this.isSpeaking
    return this.#isStopped || (this.#isWhole && isSaid)
  }

  /** How much of the answer was heard, in UTF-16 code units: to the end of a word. */
  get heardOffset(): number {
    const last = this.#played.findLast(({ playing }) => playing.share > 0)
    if (last === undefined) return 0
    if (this.#isWhole && this.#played.length === this.#pieces.all.length && last.playing.share === 1)
      return this.#text.length
    return heardIn(this.#text, last.from, last.piece.end, last.playing.share)
  }

  /** What was said last, or is being said. */
  get saidLately(): string {
    return this.#played
      .slice(-saidLately)
      .map(({ piece }) => piece.text)
      .join(' ')
  }

  stop(): void {
    this.#isStopped = true
    for (const { question } of this.#said.values()) this.#questions.drop(question)
    this.#said.clear()
    if (this.#played.length > 0) this.#player.stop()
  }

  #goOn(): void {
    for (const [piece, { question }] of this.#said)
      if (!this.#pieces.all.includes(piece)) {
        this.#questions.drop(question)
        this.#said.delete(piece)
      }
    while (this.#playNext());
    const from = this.#played.length
    for (const piece of this.#pieces.all.slice(from, from + asksAhead))
      if (!this.#said.has(piece)) this.#ask(piece)
    this.#listener.onChange()
  }

  /** @returns whether there was one to be played. */
  #playNext(): boolean {
    const piece = this.#pieces.all[this.#played.length]
    const sound = piece && this.#said.get(piece)?.sound
    const waiting = this.#played.filter(({ isOver }) => !isOver).length
    if (piece === undefined || sound === undefined || waiting > playsAhead) return false
    const from = this.#played.at(-1)?.piece.end ?? 0
    const played: Played = {
      piece,
      from,
      isOver: false,
      playing: this.#player.play(sound, () => this.#ended(played)),
    }
    this.#played.push(played)
    this.#pieces.hold(this.#played.length)
    this.#said.delete(piece)
    return true
  }

  #ended(played: Played): void {
    played.isOver = true
    if (!this.#isStopped) this.#goOn()
  }

  #ask(piece: SpokenPiece): void {
    const question = this.#questions.ask({
      asking: { type: 'call.say', text: piece.text },
      onAnswer: (answer) => answer.type === 'call.speech' && void this.#decode(piece, answer.audio),
      onFailed: ({ detail }) => this.#fail(detail),
    })
    this.#said.set(piece, { question, sound: undefined })
  }

  async #decode(piece: SpokenPiece, bytes: Uint8Array): Promise<void> {
    const sound = await this.#player.decode(bytes).catch(() => undefined)
    // A takeover may have taken the piece away meanwhile.
    const said = this.#said.get(piece)
    if (said === undefined) return
    if (sound === undefined) return this.#fail('This browser cannot play the sound.')
    said.sound = sound
    this.#goOn()
  }

  /** What is being heard is heard to its end. */
  #fail(detail: string): void {
    if (this.#isStopped) return
    this.#isStopped = true
    for (const { question } of this.#said.values()) this.#questions.drop(question)
    this.#said.clear()
    this.#listener.onUnsaid(detail)
    this.#listener.onChange()
  }
}

/** @returns where, between `from` and `end` of the text, the last word ends that is heard after this share of it. */
export function heardIn(text: string, from: number, end: number, share: number): number {
  if (share >= 1) return end
  const at = from + Math.floor(share * (end - from))
  const space = text.slice(from, at + 1).search(/\s\S*$/)
  return space < 0 ? from : from + space
}
