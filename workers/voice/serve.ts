import { checker } from '../../bus/contract/check.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { Say, type Speech as Sound, Transcribe, type Transcript } from '../../bus/contract/voice.ts'
import type { Bus, Subscription } from '../../bus/nats/bus.ts'
import type { Log } from '../../bus/nats/log.ts'
import type { Speech, SpeechToText, TextToSpeech } from '../inference/speech.ts'
import { Questions } from './questions.ts'
import { tellChanges } from './tell-changes.ts'

const transcribeShape = checker(Transcribe)
const sayShape = checker(Say)

export interface SpeechDesk {
  readonly bus: Bus
  readonly speech: Speech
  /** Most questions of each kind at once: who is to be heard does not wait for what is to be said. */
  readonly slots: number
  readonly log: Log
}

export interface SpeechService {
  /** Takes nothing new; resolves when what is at work has ended. */
  drain(): Promise<void>
  /** Ends what is at work at once: whoever asked is told to ask again, and others answer. */
  release(): void
}

/** Answers the questions of calls (PROTOCOL section 11), and only those of a kind that it has a backend for. */
export function serveSpeech(desk: SpeechDesk): SpeechService {
  const { hears, speaks } = desk.speech
  const services = [
    ...(hears === undefined ? [] : [serveHearing(desk, hears)]),
    ...(speaks === undefined ? [] : [serveSpeaking(desk, speaks)]),
  ]
  return {
    drain: async () => {
      await Promise.all(services.map((service) => service.drain()))
    },
    release: () => {
      for (const service of services) service.release()
    },
  }
}

function serveHearing({ bus, slots, log }: SpeechDesk, hears: SpeechToText): SpeechService {
  const questions = new Questions(slots)
  const tell = tellChanges(hears.place, log)
  const hear = async (question: unknown): Promise<object> => {
    if (!transcribeShape(question)) throw new CodedError('request_invalid')
    return questions.answer(question.user_id, keyOf(question), async (released): Promise<Transcript> => {
      const text = await tell(() => hears.transcribe(question.audio, released))
      return { text }
    })
  }
  return serviceOf(questions, [
    respond(bus, subjects.anyTranscribe, hear),
    respond(bus, subjects.hears, async () => ({})),
  ])
}

function serveSpeaking({ bus, slots, log }: SpeechDesk, speaks: TextToSpeech): SpeechService {
  const questions = new Questions(slots)
  const tell = tellChanges(speaks.place, log)
  const say = async (question: unknown): Promise<object> => {
    if (!sayShape(question)) throw new CodedError('request_invalid')
    return questions.answer(question.user_id, keyOf(question), async (released): Promise<Sound> => {
      const audio = await tell(() => speaks.say(question.text, released))
      return { audio }
    })
  }
  return serviceOf(questions, [
    respond(bus, subjects.anySay, say),
    respond(bus, subjects.speaks, async () => ({})),
  ])
}

/** Questions of a call are numbered by its page. */
const keyOf = ({ call_id, question }: Transcribe | Say): string => `${call_id}.${question}`

const respond = (bus: Bus, subject: string, answer: (question: unknown) => Promise<object>): Subscription =>
  bus.respond(subject, 'speech-workers', answer)

const serviceOf = (questions: Questions, responders: readonly Subscription[]): SpeechService => ({
  drain: () => {
    for (const responder of responders) responder.unsubscribe()
    return questions.settled()
  },
  release: () => questions.releaseAll(),
})
