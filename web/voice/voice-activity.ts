import { maxUtteranceBytes, voiceSampleRateHz } from '../../bus/contract/limits.ts'
import { frameLength } from './microphone.ts'

/** How long a frame is, in milliseconds; all times below are counted in frames. */
const frameMs = (1_000 * frameLength) / voiceSampleRateHz
const frames = (ms: number): number => Math.round(ms / frameMs)

/** So much loud sound begins an utterance, and so much must be in it, or it was a knock or a click. */
const beginFrames = frames(80)
const leastVoicedFrames = frames(120)
/** Kept of the sound before: the beginning of a word is often quiet. */
const preRollFrames = frames(500)
/** A silence after which the words so far may be all, and one that ends an utterance. */
const pauseFrames = frames(250)
const endFrames = frames(550)
/** The longest utterance, and how far back from its end a quiet place to cut it is looked for. */
const mostFrames = maxUtteranceBytes / (2 * frameLength)
const cutFrames = frames(3_000)

/** Louder than the room by this factor begins and keeps up speech, and so loud at least, of full scale. */
const beginFactor = 3.2
const keepFactor = 2.2
const leastBegin = 0.006
const leastKeep = 0.004
/** The room is as loud as the quietest moment of so many windows of so many frames: 3 s. */
const windowCount = 6
const windowFrames = frames(500)
/** Single frames go up and down: the room is looked for in the mean of about so many. */
const smoothedFrames = 3
/** So much louder than the room is a clear voice, in decibels. */
const clearDecibels = 30
/** Of one sample to the next, so that what lies below about 100 Hz (hum, rumble, a knock at the desk) counts little. */
const highPass = 0.96

type Frame = Int16Array<ArrayBuffer>

export interface SpeechListener {
  /** Somebody begins to speak. `before` is the half second before, and the beginning itself. */
  onBegin(before: readonly Frame[]): void
  /** One more frame of the utterance. */
  onFrame(frame: Frame): void
  /** They pause: what was said so far may be all. */
  onPause(): void
  /** They go on after such a pause. */
  onResume(): void
  /** It is as long as one may be, and goes on as another one from its frame `at` on. */
  onCut(at: number): void
  /** It is over. `isSpeech` is false where it was too short to be any. */
  onEnd(isSpeech: boolean): void
}

/**
 * Finds speech in a microphone's sound, by how much louder it is than the room. The room is the quietest that it was
 * lately, so a fan that is switched on is taken for speech for three seconds and for the room after that.
 */
export class VoiceActivity {
  readonly #listener: SpeechListener
  readonly #room = new RoomLevel()
  #before: Frame[] = []
  /** How loud each frame of the utterance is; undefined while nobody speaks. */
  #levels: number[] | undefined
  /** Loud frames: lately, while nobody speaks; in the utterance else. */
  #loud = 0
  #quiet = 0
  #last = 0
  #passed = 0

  constructor(listener: SpeechListener) {
    this.#listener = listener
  }

  get isSpeaking(): boolean {
    return this.#levels !== undefined
  }

  /** How long there was a voice in the utterance so far, in milliseconds. */
  get voicedMs(): number {
    return this.isSpeaking ? this.#loud * frameMs : 0
  }

  /** How loud the last frame was, from 0 (as the room) to 1 (clear speech). */
  get loudness(): number {
    const room = Math.max(this.#room.level, leastKeep / keepFactor)
    return Math.max(0, Math.min(1, (20 * Math.log10(this.#last / room)) / clearDecibels))
  }

  get #isSpeech(): boolean {
    return this.#loud >= leastVoicedFrames
  }

  get #isPaused(): boolean {
    return this.#quiet >= pauseFrames && this.#isSpeech
  }

  hear(frame: Frame): void {
    const level = this.#levelOf(frame)
    this.#last = level
    this.#room.hear(level)
    if (this.#levels) this.#goOn(this.#levels, frame, level)
    else this.#wait(frame, level)
  }

  /** Nothing more is heard: the microphone is muted or gone. What was being said ends here. */
  rest(): void {
    this.#before = []
    if (this.#levels) this.#end()
    this.#loud = 0
  }

  #wait(frame: Frame, level: number): void {
    this.#before = [...this.#before, frame].slice(-preRollFrames - beginFrames)
    const isLoud = level > Math.max(leastBegin, beginFactor * this.#room.level)
    this.#loud = isLoud ? this.#loud + 1 : Math.max(0, this.#loud - 1)
    if (this.#loud < beginFrames) return
    this.#levels = this.#before.map(() => level)
    this.#quiet = 0
    this.#listener.onBegin(this.#before)
    this.#before = []
  }

  #goOn(levels: number[], frame: Frame, level: number): void {
    levels.push(level)
    this.#listener.onFrame(frame)
    if (this.#keepsUp(level)) {
      if (this.#isPaused) this.#listener.onResume()
      this.#loud += 1
      this.#quiet = 0
    } else {
      this.#quiet += 1
      if (this.#quiet === pauseFrames && this.#isSpeech) this.#listener.onPause()
    }
    if (this.#quiet >= endFrames) this.#end()
    else if (levels.length >= mostFrames) this.#cut(levels)
  }

  #cut(levels: number[]): void {
    const at = quietest(levels)
    this.#levels = levels.slice(at)
    // Of what goes on only its own voice counts: where there is none, it is silence, and no word is to be found in it.
    this.#loud = this.#levels.filter((level) => this.#keepsUp(level)).length
    this.#listener.onCut(at)
  }

  #keepsUp(level: number): boolean {
    return level > Math.max(leastKeep, keepFactor * this.#room.level)
  }

  #end(): void {
    const isSpeech = this.#isSpeech
    this.#levels = undefined
    this.#loud = 0
    this.#listener.onEnd(isSpeech)
  }

  /** The root of the mean square behind a high-pass, of full scale. */
  #levelOf(frame: Frame): number {
    let sum = 0
    for (const sample of frame) {
      const passed = sample - this.#passed
      this.#passed += (1 - highPass) * passed
      sum += passed * passed
    }
    return Math.sqrt(sum / frame.length) / 32_768
  }
}

/** @returns before which frame, of the last ones, it is quietest: neither is quiet there. */
function quietest(levels: readonly number[]): number {
  const from = Math.max(1, levels.length - cutFrames)
  let best = from
  const around = (at: number) => (levels[at - 1] ?? 0) + (levels[at] ?? 0) + (levels[at + 1] ?? 0)
  for (let at = from; at < levels.length - 1; at += 1) if (around(at) < around(best)) best = at
  return best
}

/** How loud the room is while nobody speaks: the quietest it was in the last three seconds. */
class RoomLevel {
  #windows: number[] = []
  #inWindow = 0
  #smoothed: number | undefined
  level = 0

  hear(level: number): void {
    this.#smoothed =
      this.#smoothed === undefined ? level : this.#smoothed + (level - this.#smoothed) / smoothedFrames
    if (this.#inWindow === 0) this.#windows = [...this.#windows, Infinity].slice(-windowCount)
    this.#inWindow = (this.#inWindow + 1) % windowFrames
    const last = this.#windows.length - 1
    this.#windows[last] = Math.min(this.#windows[last] ?? Infinity, this.#smoothed)
    this.level = Math.min(...this.#windows)
  }
}
