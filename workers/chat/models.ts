import { subjects } from '../../bus/contract/subjects.ts'
import type { Subscription } from '../../bus/nats/bus.ts'
import type { Desk } from './answer.ts'

/** Answers which models there are. */
export const serveModels = ({ bus, backends }: Desk): Subscription =>
  bus.respond(subjects.modelsList, 'chat-workers', () => backends.list())
