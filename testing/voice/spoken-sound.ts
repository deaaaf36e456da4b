import { wavFile } from '../backends/wav.ts'

/** A quiet room and a voice in it, as samples from -1 to 1. `voices`: when somebody speaks, in seconds. */
export function spokenSound(
  rateHz: number,
  lengthS: number,
  voices: readonly (readonly [fromS: number, toS: number])[],
  { room = 0.001, voice = 0.25 } = {},
): Float32Array {
  const random = randomFrom(7)
  return Float32Array.from({ length: Math.round(rateHz * lengthS) }, (_, at) => {
    const nowS = at / rateHz
    const noise = room * (2 * random() - 1)
    const isVoiced = voices.some(([fromS, toS]) => nowS >= fromS && nowS < toS)
    return isVoiced ? noise + voice * vowel(nowS) : noise
  })
}

/** A tone with the overtones of a voice, which rises and falls about four times a second, as syllables do. */
function vowel(nowS: number): number {
  const syllable = 0.55 - 0.45 * Math.cos(2 * Math.PI * 4 * nowS)
  const pitchHz = 140 + 15 * Math.sin(2 * Math.PI * 2.3 * nowS)
  let sum = 0
  for (let overtone = 1; overtone <= 20; overtone += 1)
    sum += weightAt(overtone * 140) * Math.sin(2 * Math.PI * overtone * pitchHz * nowS + overtone)
  return syllable * sum
}

/** Two formants, at 600 and 1,400 Hz. */
const weightAt = (hz: number): number =>
  0.5 * Math.exp(-(((hz - 600) / 300) ** 2)) + 0.25 * Math.exp(-(((hz - 1_400) / 400) ** 2)) + 0.05

/** The same numbers each time, from 0 to 1. */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** A WAV file of it. */
export const wavOf = (samples: Float32Array, sampleRateHz: number): Buffer =>
  wavFile({
    samples: Int16Array.from(samples, (sample) => Math.max(-1, Math.min(1, sample)) * 32_767),
    sampleRateHz,
  })
