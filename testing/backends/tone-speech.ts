import type { Sound } from './wav.ts'

/** A phrase, or so many milliseconds of silence. */
export type Spoken = string | number

/**
 * A language of tones that takes the place of speech: each phrase sounds at a pitch of its own, four syllables a
 * second, so that what looks for voices takes it for one, and it is understood again whatever recorded it.
 */
export type ToneSpeech = {
  /** What is not among the phrases sounds low, 60 ms a character, and is understood by nobody. */
  soundOf: (parts: readonly Spoken[], sampleRateHz: number) => Sound
  /** The phrases in the order in which they sound, with spaces between them; one said twice in a row counts once. */
  wordsIn: (sound: Sound) => string
}

const FIRST_PITCH_HZ = 500
const PITCH_STEP_HZ = 150
const MAX_PHRASES = 21
const MUMBLED_PITCH_HZ = 300
const MUMBLED_MS_PER_CHARACTER = 60

const SYLLABLES_PER_SECOND = 4
/** Long enough for whoever waits for a quarter of a second of voice, in milliseconds. */
const PHRASE_MS = 1_250
const LOUDNESS = 0.5

const FRAME_MS = 40
/** Quieter frames are silence: the mean of their squares, as a part of the loudest. */
const SILENCE = 0.005 ** 2
/** How much of a frame's energy is at the pitch that is taken for it. */
const CLEAR = 0.5
/** A phrase lasts at least so many frames; fewer are a click. */
const FEWEST_FRAMES = 3

/** @throws RangeError for more than 21 phrases: their pitches end where telephones do. */
export function toneSpeech(phrases: readonly string[]): ToneSpeech {
  if (phrases.length > MAX_PHRASES) throw new RangeError(`There are pitches for ${MAX_PHRASES} phrases`)
  const pitches = phrases.map((_, index) => FIRST_PITCH_HZ + index * PITCH_STEP_HZ)
  const partOf = (spoken: Spoken, sampleRateHz: number): Int16Array => {
    if (typeof spoken === 'number') return new Int16Array(samplesIn(spoken, sampleRateHz))
    const pitch = pitches[phrases.indexOf(spoken)]
    const ms = pitch === undefined ? spoken.length * MUMBLED_MS_PER_CHARACTER : PHRASE_MS
    return tone(pitch ?? MUMBLED_PITCH_HZ, ms, sampleRateHz)
  }
  return {
    soundOf: (parts, sampleRateHz) => {
      const samples = parts.flatMap((part) => [...partOf(part, sampleRateHz)])
      return { samples: Int16Array.from(samples), sampleRateHz }
    },
    wordsIn: (sound) => {
      const heard = framesOf(sound).map((frame) => pitchOf(frame, pitches, sound.sampleRateHz))
      const runs = runsOf(heard.filter((pitch) => pitch !== undefined))
      const clear = runs.filter(({ length }) => length >= FEWEST_FRAMES).flat()
      return runsOf(clear)
        .map(([pitch = 0]) => phrases[pitch])
        .join(' ')
    },
  }
}

const samplesIn = (ms: number, sampleRateHz: number): number => Math.round((ms / 1000) * sampleRateHz)

function tone(pitchHz: number, ms: number, sampleRateHz: number): Int16Array {
  return Int16Array.from({ length: samplesIn(ms, sampleRateHz) }, (_, index) => {
    const seconds = index / sampleRateHz
    const swell = Math.sin(Math.PI * SYLLABLES_PER_SECOND * seconds) ** 2
    return Math.round(32_767 * LOUDNESS * swell * Math.sin(2 * Math.PI * pitchHz * seconds))
  })
}

function framesOf({ samples, sampleRateHz }: Sound): Int16Array[] {
  const length = samplesIn(FRAME_MS, sampleRateHz)
  const count = Math.floor(samples.length / length)
  return Array.from({ length: count }, (_, index) => samples.subarray(index * length, (index + 1) * length))
}

/** Which of the pitches a frame is at; undefined where it is silent or at none of them. */
function pitchOf(frame: Int16Array, pitches: readonly number[], sampleRateHz: number): number | undefined {
  // A window that falls off at both ends keeps a pitch from being seen at its neighbours' (Hann's).
  const windowed = Array.from(
    frame,
    (sample, index) => (sample / 32_768) * Math.sin((Math.PI * index) / frame.length) ** 2,
  )
  const energy = windowed.reduce((sum, value) => sum + value * value, 0)
  if (energy / frame.length < SILENCE) return undefined
  const shares = pitches.map((pitchHz) => shareAt(windowed, pitchHz / sampleRateHz, energy))
  const best = shares.indexOf(Math.max(...shares))
  return (shares[best] ?? 0) >= CLEAR ? best : undefined
}

/** How much of the energy is at one frequency, given in cycles a sample: nearly 1 for a pure tone of it. */
function shareAt(windowed: readonly number[], cyclesPerSample: number, energy: number): number {
  let [real, imaginary] = [0, 0]
  for (const [index, value] of windowed.entries()) {
    real += value * Math.cos(2 * Math.PI * cyclesPerSample * index)
    imaginary += value * Math.sin(2 * Math.PI * cyclesPerSample * index)
  }
  return (3 * (real * real + imaginary * imaginary)) / (energy * windowed.length)
}

/** Neighbours that are the same, together. */
function runsOf(pitches: readonly number[]): number[][] {
  const runs: number[][] = []
  for (const pitch of pitches) {
    const last = runs.at(-1)
    if (last?.[0] === pitch) last.push(pitch)
    else runs.push([pitch])
  }
  return runs
}
