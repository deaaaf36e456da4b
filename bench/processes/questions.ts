import { voiceSampleRateHz } from '../../bus/contract/limits.ts'

/** What both sides ask, each in its own way. */
export const kinds = ['say', 'hear'] as const
export type Kind = (typeof kinds)[number]

/** Resolves when the answer is there. @throws where it is another one than expected. */
export type Ask = () => Promise<void>

/** What is to be said: 60 characters, which the stand-in says in 3.6 s. */
export const pieceOfText = 'The rain has stopped, so we could take the long way back now'
export const wordsHeard = 'What was the name of that song again?'

const utteranceSeconds = 5

/** An utterance as the microphone's sound goes out; nobody listens to it. */
export const utterance = new Uint8Array(2 * voiceSampleRateHz * utteranceSeconds).fill(85)

/** @throws for an answer that holds less sound than any that the stand-in gives. */
export function checkSound(audio: Uint8Array): void {
  if (audio.byteLength < 100_000) throw new Error(`Only ${audio.byteLength} bytes of sound came`)
}

export function checkWords(text: unknown): void {
  if (text !== wordsHeard) throw new Error('Other words came than those that are always heard')
}
