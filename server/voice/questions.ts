import { type Checker, checker } from '../../bus/contract/check.ts'
import { encode } from '../../bus/contract/codec.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { maxCallQuestions } from '../../bus/contract/limits.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import {
  type CallSayFrame,
  type CallTranscribeFrame,
  type Say,
  Speech,
  type Transcribe,
  Transcript,
} from '../../bus/contract/voice.ts'
import { errorFields } from '../../telemetry/logger.ts'
import type { Rooms } from '../house.ts'
import { send, sendError, sendWhole } from '../hub/connection.ts'
import { askSpeech } from './ask-speech.ts'
import type { Call } from './call.ts'
import { soundOf } from './utterances.ts'

const transcript = checker(Transcript)
const speech = checker(Speech)

/**
 * Asks for the words of an utterance, or says what of its sound is missing.
 *
 * @throws CodedError `queue_full`, `frame_invalid`.
 */
export function askForWords(rooms: Rooms, call: Call, frame: CallTranscribeFrame): void {
  const { call_id, question, utterance, length } = frame
  if (length % 2 !== 0) throw new CodedError('frame_invalid', 'A sample has two bytes.')
  const audio = soundOf(call.utterances, frame)
  if (!(audio instanceof Uint8Array)) {
    send(call.connection, { type: 'call.missing', call_id, utterance, offset: audio.missing })
    return
  }
  const { id: user_id } = call.connection.person.user
  const body: Transcribe = { user_id, call_id, question, audio }
  begin(rooms, call, question, async () => {
    const { text } = await ask(rooms, call, { subject: subjects.transcribe(user_id), body }, transcript)
    send(call.connection, { type: 'call.transcript', call_id, question, text })
  })
}

/** Asks for the sound of a piece of text. @throws CodedError `queue_full`. */
export function askForSound(rooms: Rooms, call: Call, { call_id, question, text }: CallSayFrame): void {
  const { id: user_id } = call.connection.person.user
  const body: Say = { user_id, call_id, question, text }
  begin(rooms, call, question, async () => {
    const { audio } = await ask(rooms, call, { subject: subjects.say(user_id), body }, speech)
    await sendInTurn(call, encode({ type: 'call.speech', call_id, question, audio }))
  })
}

/** Answers in the background: later frames of the socket do not wait for it. What is asked already is asked once. */
function begin(rooms: Rooms, call: Call, question: number, answer: () => Promise<void>): void {
  if (call.questions.has(question)) return
  if (call.questions.size >= maxCallQuestions)
    throw new CodedError('queue_full', 'Too many questions of this call wait for an answer')
  call.questions.add(question)
  answer()
    .catch((error: unknown) => {
      if (call.over.signal.aborted) return
      if (!(error instanceof CodedError)) rooms.log.error(errorFields(error), 'A question of a call failed')
      sendError(call.connection, error, { id: call.id, question })
    })
    .finally(() => call.questions.delete(question))
}

async function ask<Answer>(
  { bus }: Rooms,
  call: Call,
  asked: { subject: string; body: object },
  isAnswer: Checker<Answer>,
): Promise<Answer> {
  const answer = await askSpeech(bus, asked, call.over.signal)
  if (!isAnswer(answer)) throw new CodedError('backend_malformed')
  return answer
}

/** Two pieces of sound at once may be more than may wait for a slow reader. */
function sendInTurn(call: Call, bytes: Uint8Array): Promise<void> {
  call.sending = call.sending.then(async () => {
    if (!call.over.signal.aborted) await sendWhole(call.connection, bytes)
  })
  return call.sending
}
