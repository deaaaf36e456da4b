import { ChatRequest } from '../../bus/contract/chat.ts'
import { checker } from '../../bus/contract/check.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { consumers } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { decodeBody } from '../../bus/nats/body.ts'
import type { Decision, Delivery } from '../../bus/nats/bus.ts'
import { answerRequest, type Desk } from './answer.ts'
import { followCancels } from './cancel.ts'
import { RunningReplies } from './running.ts'

const requestShape = checker(ChatRequest)

export interface ChatService {
  /** Takes nothing new; resolves when what runs has ended. */
  drain(): Promise<void>
  /** Ends what runs at once: it is handed to other workers. */
  release(): void
  /** Hears no cancels any more. */
  close(): void
}

/** Takes chat requests from the bus, `slots` at once, and answers them. */
export function serveChat(desk: Desk, slots: number): ChatService {
  const running = new RunningReplies()
  const cancels = followCancels(desk.bus, running)
  const handle = async (delivery: Delivery): Promise<Decision> => {
    const request = readRequest(delivery)
    if (typeof request === 'string') {
      desk.log('error', 'A chat request cannot be read and is dropped', { seq: delivery.seq, flaw: request })
      return { kind: 'term', reason: request }
    }
    const { user_id, request_id } = request
    return running.run(user_id, request_id, (signals) => answerRequest(desk, request, signals))
  }
  const loop = desk.bus.work({ ...consumers.chatWorkers, slots, handle })
  return {
    drain: () => loop.drain(),
    release: () => running.releaseAll(),
    close: () => cancels.unsubscribe(),
  }
}

/** The request, or what is wrong with it; the subject says whose it is. */
function readRequest({ subject, body }: Delivery): ChatRequest | string {
  try {
    const request = decodeBody(body)
    if (!requestShape(request)) return `it is no chat request: ${requestShape.flaw(request)}`
    return isOfSubject(request, subject) ? request : 'its user is not that of its subject'
  } catch (error) {
    if (error instanceof CodedError) return error.message
    throw error
  }
}

/** A hub from before greetings sends again what it finds in the store, a greeting too, as a message. */
const isOfSubject = ({ kind, user_id, request_id }: ChatRequest, subject: string): boolean =>
  subject === subjects.message(user_id) ||
  (kind === 'greeting' && subject === subjects.greeting(user_id, request_id))
