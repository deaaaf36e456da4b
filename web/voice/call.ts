import type { ClientFrame, HubFrame } from '../../bus/contract/frames.ts'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { type AskForMicrophone, Ear } from './ear.ts'
import { Hearing } from './hearing.ts'
import { Line, type Offer } from './line.ts'
import { MicrophoneProblem } from './microphone.ts'
import type { Player } from './player.ts'
import { Questions } from './questions.ts'
import { TurnTaking, type TurnTakingListener } from './turn-taking.ts'
import { Utterances } from './utterances.ts'

export type CallStatus =
  | 'connecting'
  | 'returning'
  | 'listening'
  | 'hearing'
  | 'transcribing'
  | 'thinking'
  | 'speaking'
  | 'muted'
  | 'failed'

export interface CallSurroundings<Sound> extends Omit<TurnTakingListener, 'onChange' | 'onNote'> {
  readonly player: Player<Sound>
  /** @returns whether it went out. */
  send(frame: ClientFrame): boolean
  readonly openMicrophone: AskForMicrophone
  /** What it says of itself may be another. */
  onChange(): void
  /** @param why in words for people, where nobody here ended it. */
  onEnd(why?: string): void
}

/** How often it is looked at what changes without a frame, in milliseconds. */
const lookMs = 250

/** One call, from the tap on its button to its end. */
export class Call<Sound> {
  readonly id = uuidv7()
  /** What one should know beside its status, in words for people. */
  note = ''
  /** After a failure. */
  offer: Offer | undefined
  readonly #around: CallSurroundings<Sound>
  readonly #line: Line
  readonly #utterances: Utterances
  readonly #questions: Questions
  readonly #turns: TurnTaking<Sound>
  readonly #hearing: Hearing
  readonly #ear: Ear
  readonly #looks = setInterval(() => this.#look(), lookMs)
  #isOver = false

  constructor(around: CallSurroundings<Sound>) {
    this.#around = around
    this.#line = new Line(this.id, {
      send: (frame) => around.send(frame),
      onOpen: () => this.#onOpen(),
      onRefused: (why, offer) => this.#fail(why, offer),
      onDelayed: (detail) => this.#tell(detail),
      onEnded: (why) => this.end(why),
    })
    const send = (frame: ClientFrame) => this.#line.isOpen && around.send(frame)
    this.#questions = new Questions(this.id, send)
    this.#utterances = new Utterances(this.id, { send, onSent: () => this.#questions.pump() })
    this.#turns = new TurnTaking(around.player, this.#questions, {
      say: (words) => around.say(words),
      answerTo: (requestId) => around.answerTo(requestId),
      interrupt: (requestId, heardOffset) => around.interrupt(requestId, heardOffset),
      onChange: () => this.#tell(),
      onNote: (words) => this.#tell(words),
    })
    this.#hearing = new Hearing(this.#utterances, this.#questions, this.#turns)
    this.#ear = new Ear(around.openMicrophone, {
      onFrame: (frame) => this.#hearing.activity.hear(frame),
      onLost: () => this.#onLost(),
    })
  }

  get status(): CallStatus {
    if (this.offer) return 'failed'
    if (this.#line.state !== 'open') return this.#line.state
    if (this.#turns.isSpeaking) return 'speaking'
    if (this.#hearing.activity.isSpeaking) return 'hearing'
    if (this.#hearing.isWriting) return 'transcribing'
    if (this.#turns.isAnswerDue) return 'thinking'
    return this.isMuted ? 'muted' : 'listening'
  }

  get isMuted(): boolean {
    return this.#ear.isMuted
  }

  /** How loud the person is, from 0 to 1. */
  get loudness(): number {
    return this.isMuted || this.offer ? 0 : this.#hearing.activity.loudness
  }

  /** Asks for the microphone, then for the call. @param replaces ends the person's calls elsewhere. */
  async start(replaces = false): Promise<void> {
    this.offer = undefined
    this.#tell('')
    if (await this.#openEar()) this.#line.open(replaces)
  }

  /** Each frame from the hub; a welcome says that the socket is another one. */
  hear(frame: HubFrame): void {
    if (frame.type === 'welcome') this.#line.welcomed()
    else if (frame.type === 'error') {
      if (frame.request_id === this.id) this.#line.refused(frame)
    } else if ('call_id' in frame && frame.call_id === this.id) this.#take(frame)
    this.#turns.follow()
    this.#tell()
  }

  setHere(isHere: boolean): void {
    this.#line.setHere(isHere)
    this.#tell()
  }

  /** Whoever lost the microphone gets it back so, if it is there again. */
  async setMuted(isMuted: boolean): Promise<void> {
    this.#ear.isMuted = isMuted
    if (isMuted) this.#hearing.activity.rest()
    this.#tell('')
    if (isMuted || (await this.#openEar())) return
    this.#ear.isMuted = true
    this.#tell()
  }

  /** The companion is to be silent now. */
  hush(): void {
    this.#turns.hush()
  }

  /** @param why in words for people, where nobody here ended it. */
  end(why?: string): void {
    if (this.#isOver) return
    this.#isOver = true
    clearInterval(this.#looks)
    this.#line.close()
    this.#ear.close()
    this.#turns.close()
    this.#questions.clear()
    this.#utterances.clear()
    this.#around.player.close()
    this.#around.onEnd(why)
  }

  #take(frame: Extract<HubFrame, { call_id: string }>): void {
    if (frame.type === 'call.state') this.#line.stated(frame)
    else if (frame.type === 'call.missing') this.#hearing.missing(frame)
    else if (frame.type === 'call.failed') this.#questions.failed(frame)
    else this.#questions.answered(frame)
  }

  #onOpen(): void {
    this.note = ''
    this.#utterances.pump()
    this.#questions.restart()
  }

  #look(): void {
    this.#line.look()
    this.#turns.follow()
  }

  #fail(why: string, offer: Offer): void {
    this.#ear.letGo()
    this.offer = offer
    this.#tell(why)
  }

  /** @returns whether there is one. If not the call is over, has failed, or is muted where it was open before. */
  async #openEar(): Promise<boolean> {
    try {
      await this.#ear.open()
      return !this.#isOver
    } catch (error) {
      if (!(error instanceof MicrophoneProblem)) throw error
      if (this.#line.wasOpen) this.#tell(error.message)
      else this.#fail(error.message, 'again')
      return false
    }
  }

  #onLost(): void {
    void this.setMuted(true)
    this.#tell('The microphone is gone. Connect it, then unmute.')
  }

  #tell(note = this.note): void {
    this.note = note
    if (!this.#isOver) this.#around.onChange()
  }
}
