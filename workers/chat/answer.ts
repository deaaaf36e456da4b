import type { ChatRequest } from '../../bus/contract/chat.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import type { HistoryAnswer } from '../../bus/contract/history.ts'
import { maxBarrenStarts } from '../../bus/contract/limits.ts'
import type { Bus, Decision } from '../../bus/nats/bus.ts'
import type { Log } from '../../bus/nats/log.ts'
import { BackendError, type Prompt } from '../inference/backend.ts'
import type { Backends } from '../inference/backends.ts'
import type { Choice } from '../inference/choose-model.ts'
import type { Patience } from '../inference/stall-guard.ts'
import { askHistory } from './ask-history.ts'
import { type Author, type ClaimOutcome, claimLog } from './claim.ts'
import { confirmContinuing } from './confirm-continuing.ts'
import { fitContext } from './context.ts'
import { mostCodeUnits } from './estimate-tokens.ts'
import { endingOfLog, publishFinal } from './final.ts'
import type { Leases } from './lease.ts'
import type { ReplyLog } from './read-log.ts'
import type { Running } from './running.ts'
import { failReply, writeReply } from './write-reply.ts'

/** What answering needs, the same for all replies of a worker. */
export interface Desk {
  readonly bus: Bus
  readonly backends: Backends
  readonly leases: Leases
  readonly log: Log
  readonly patience: Patience
  readonly maxReplyLength: number
}

/** A request with what is needed to write its reply. */
export interface Assignment {
  readonly request: ChatRequest
  readonly choice: Choice | undefined
  /** Why there is no choice. */
  readonly fault: CodedError | undefined
  readonly history: HistoryAnswer
  readonly prompt: Prompt
}

/** How often somebody else may be quicker with a claim before the delivery is put back. */
const maxClaims = 20
/** After the loss of a log, or when nothing could be learned about a request, in milliseconds. */
const laterMs = 1_000

const ack: Decision = { kind: 'ack' }
const later = (delayMs: number): Decision => ({ kind: 'nak', delayMs })

/** Answers one chat request (PROTOCOL section 4) and says what becomes of its delivery. */
export async function answerRequest(desk: Desk, request: ChatRequest, running: Running): Promise<Decision> {
  for (let claims = 0; claims < maxClaims; claims += 1) {
    const assignment = await prepare(desk, request, running)
    if (running.released.aborted) return later(0)
    if (assignment === undefined || assignment.history.state === 'waiting') return later(laterMs)
    if (hasEnded(assignment.history)) return ack
    const outcome = await claimLog(desk.bus, request, authorOf(desk, assignment, running), desk.leases)
    if (outcome.kind !== 'refused') return await follow(desk, assignment, outcome, running)
  }
  return later(laterMs)
}

const hasEnded = ({ state }: HistoryAnswer): boolean =>
  state === 'answered' || state === 'failed' || state === 'gone'

/** Chooses who answers, then asks for as much of the conversation as that one can use. */
async function prepare(desk: Desk, request: ChatRequest, running: Running): Promise<Assignment | undefined> {
  const stop = AbortSignal.any([running.released, running.cancelled])
  const choice = await choose(desk, request, stop)
  const found = choice instanceof CodedError ? undefined : choice
  const context = found === undefined ? 0 : await found.backend.contextLength(found.model, stop)
  const history = await askHistory(desk.bus, request, mostCodeUnits(context), running.released)
  if (history === undefined) return undefined
  return {
    request,
    choice: found,
    fault: choice instanceof CodedError ? choice : undefined,
    history,
    prompt: fitContext(history, context, request.speak),
  }
}

async function choose(desk: Desk, request: ChatRequest, stop: AbortSignal): Promise<Choice | CodedError> {
  try {
    return await desk.backends.choose(request.model, stop)
  } catch (error) {
    if (error instanceof CodedError) return error
    if (stop.aborted) return new CodedError('backend_unavailable')
    // Thrown on, it would be met again at each delivery, for ever and unseen.
    desk.log('error', 'A model could not be chosen', { error: String(error) })
    return new CodedError('internal')
  }
}

/** A text is gone on with by the backend that began it, where that one can. */
function authorOf(desk: Desk, assignment: Assignment, running: Running): Author {
  const { choice, prompt, request, history } = assignment
  const model = choice?.model ?? request.model ?? 'none'
  const backend = choice?.backend
  return {
    model,
    backend: backend?.name ?? 'none',
    goesOnWith: async (log: ReplyLog) => {
      // Nothing will be generated, so what is there stays.
      if (backend === undefined || history.state === 'cancelled') return true
      if (log.barrenStarts >= maxBarrenStarts || log.reader.text.length >= desk.maxReplyLength) return true
      if (log.backend !== backend.name) return backend.kind === 'demo' ? awayFrom(log) : false
      const { patience } = desk
      const question = { backend, model, prompt, begun: log.reader.text, running }
      return confirmContinuing({ ...question, patience, log: desk.log })
    },
  }
}

/** The demo stands in for a backend that is away, but what that one had begun is worth more than an answer of its own. */
const awayFrom = ({ backend }: ReplyLog): BackendError =>
  new BackendError('backend_unavailable', `The model backend "${backend}" does not answer here at the moment`)

async function follow(
  desk: Desk,
  assignment: Assignment,
  outcome: Exclude<ClaimOutcome, { kind: 'refused' }>,
  running: Running,
): Promise<Decision> {
  const { request, fault } = assignment
  if (outcome.kind === 'left') return later(0)
  if (outcome.kind === 'leased') return later(outcome.remainingMs + 100)
  if (outcome.kind === 'ended') {
    await publishFinal(desk.bus, request, endingOfLog(outcome.log))
    return ack
  }
  desk.leases.forget(outcome.claim.subject)
  const isBarren = outcome.log.barrenStarts >= maxBarrenStarts
  const error = isBarren
    ? new CodedError('reply_failed', 'Five tries to answer this ended in nothing')
    : fault
  const isCancelled = assignment.history.state === 'cancelled' || running.cancelled.aborted
  const end =
    error !== undefined && !isCancelled
      ? await failReply(desk, assignment, outcome, error)
      : await writeReply(desk, assignment, outcome, running)
  if (end === 'written') return ack
  desk.log('info', 'A reply is left to another worker', { request_id: request.request_id, end })
  return later(end === 'released' ? 0 : laterMs)
}
