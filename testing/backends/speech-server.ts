import { type Fault, GARBAGE_LINE } from './fault.ts'
import { openaiError } from './openai-wire.ts'
import { type Heard, readSpeechRequest, readTranscription, type Said } from './speech-request.ts'
import { answerJson, type Exchange, type StandIn, startStandInServer } from './stand-in-server.ts'
import { strikeBefore } from './strike-before.ts'
import { type ToneSpeech, toneSpeech } from './tone-speech.ts'
import { readWav, wavFile } from './wav.ts'

export type SpeechServerOptions = {
  /** 0, the default: any free port. */
  port?: number
  /** What stands before `/audio/transcriptions` and `/audio/speech`; `/v1` where left out. */
  prefix?: string
  /** The bearer key that is asked for; none where left out. */
  apiKey?: string
  /** What it understands, see `toneSpeech`; at most 21. */
  phrases?: readonly string[]
  /** What it writes down in place of what it understood. */
  transcript?: (words: string) => string
  /** What it answers instead, to all that is asked and unread, so that what is around it can be measured. */
  always?: { words: string; sound: Buffer }
}

export type SpeechServer = StandIn & {
  /** The base address that a worker is configured with: `url` and prefix. */
  baseUrl: string
  /** What was asked to be written down and to be said, oldest first. */
  heard: readonly Heard[]
  said: readonly Said[]
}

const SAID_AT_HZ = 24_000

/**
 * Speaks OpenAI's audio wire on a loopback socket, in a language of tones: it says its phrases as `toneSpeech` sounds
 * them, always as WAV, and writes down those that it hears. Of the faults it has all that strike before a reply and
 * these, wherever they are set: `pause`, `slow-first-byte`, `error-line` (an error with status 200), `garbage-line` (no
 * JSON and no sound), `huge-line` (so many bytes) and `end-early` (in the middle of the body).
 */
export async function startSpeechServer(options: SpeechServerOptions = {}): Promise<SpeechServer> {
  const { prefix = '/v1', phrases = [], transcript = (words) => words } = options
  const speech = toneSpeech(phrases)
  const heard: Heard[] = []
  const said: Said[] = []
  const answerTo = async ({ request, bytes, text }: Exchange): Promise<Answer> => {
    if (options.apiKey !== undefined && request.headers.authorization !== `Bearer ${options.apiKey}`)
      return refusal(401, 'Incorrect API key provided')
    if (request.method === 'POST' && request.path === `${prefix}/audio/transcriptions`) {
      if (options.always !== undefined) return json({ text: options.always.words })
      const asked = await readTranscription(bytes, request.headers['content-type'])
      return typeof asked === 'string' ? refusal(400, asked) : writeDown(asked, { speech, transcript, heard })
    }
    if (request.method === 'POST' && request.path === `${prefix}/audio/speech`) {
      if (options.always !== undefined) return wav(options.always.sound)
      const asked = readSpeechRequest(text)
      if (typeof asked === 'string') return refusal(400, asked)
      said.push(asked)
      return wav(wavFile(speech.soundOf([asked.input], SAID_AT_HZ)))
    }
    return refusal(404, 'Not Found')
  }
  const standIn = await startStandInServer(options.port ?? 0, (exchange) => {
    const fault = exchange.faults.take('chat')
    if (strikeBefore(exchange, fault, (message) => openaiError('strict', 500, message))) return
    void answerTo(exchange).then((answer) => deliver(exchange, answer, fault))
  })
  return { ...standIn, baseUrl: `${standIn.url}${prefix}`, heard, said }
}

type Answer = { status?: number; contentType: string; body: Buffer }

const json = (value: object): Answer => ({
  contentType: 'application/json',
  body: Buffer.from(JSON.stringify(value)),
})

const wav = (body: Buffer): Answer => ({ contentType: 'audio/wav', body })

const refusal = (status: number, message: string): Answer => ({
  status,
  ...json(openaiError('strict', status, message)),
})

type Ears = { speech: ToneSpeech; transcript: (words: string) => string; heard: Heard[] }

function writeDown(asked: Omit<Heard, 'words' | 'ms'> & { file: Uint8Array }, ears: Ears): Answer {
  const { file, ...told } = asked
  try {
    const sound = readWav(file)
    const words = ears.speech.wordsIn(sound)
    ears.heard.push({ ...told, words, ms: (sound.samples.length / sound.sampleRateHz) * 1000 })
    return json({ text: ears.transcript(words) })
  } catch (error) {
    return refusal(400, `Invalid file format: ${String(error)}`)
  }
}

async function deliver(exchange: Exchange, answer: Answer, fault: Fault | undefined): Promise<void> {
  const { request, response, faults, wheel } = exchange
  if (fault?.kind === 'pause') await faults.untilLifted(fault)
  if (fault?.kind === 'slow-first-byte')
    await new Promise<void>((resolve) => wheel.schedule(performance.now() + fault.delayMs, resolve))
  if (fault?.kind === 'model-missing')
    return answerJson(response, 404, openaiError('strict', 404, 'The model does not exist'))
  if (fault?.kind === 'error-line')
    return answerJson(response, 200, openaiError('strict', 500, fault.message))
  const { status = 200, contentType, body } = spoilt(answer, fault)
  response.writeHead(status, { 'Content-Type': contentType, 'Content-Length': body.length })
  if (fault?.kind !== 'end-early') return void response.end(body)
  request.outcome = 'broken'
  response.write(body.subarray(0, body.length >> 1), () => response.destroy())
}

function spoilt(answer: Answer, fault: Fault | undefined): Answer {
  if (fault?.kind === 'garbage-line') return { ...answer, body: Buffer.from(GARBAGE_LINE) }
  if (fault?.kind !== 'huge-line') return answer
  return { ...answer, body: Buffer.concat([answer.body, Buffer.alloc(fault.bytes, ' ')]) }
}
