import { startSpeechServer } from '../../testing/backends/speech-server.ts'
import { toneSpeech } from '../../testing/backends/tone-speech.ts'
import { wavFile } from '../../testing/backends/wav.ts'
import { answerParent } from './child.ts'
import { pieceOfText, wordsHeard } from './questions.ts'

/** The speech server of both sides: it answers at once, so that what is measured is the way there and back. */
const standIn = await startSpeechServer({
  always: { words: wordsHeard, sound: wavFile(toneSpeech([]).soundOf([pieceOfText], 24_000)) },
})

const abilities = { url: () => standIn.baseUrl }
export type Speech = typeof abilities

answerParent(abilities)
