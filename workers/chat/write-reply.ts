import type { Timings } from '../../bus/contract/chat.ts'
import type { CodedError } from '../../bus/contract/errors.ts'
import { attributes } from '../../telemetry/attributes.ts'
import { inSpan } from '../../telemetry/span.ts'
import { spanNames } from '../../telemetry/span-names.ts'
import type { Assignment, Desk } from './answer.ts'
import type { ClaimOutcome } from './claim.ts'
import { type Ending, publishFinal } from './final.ts'
import { type Generated, generate } from './generate.ts'
import type { Running } from './running.ts'
import { LogWriter, type Terminal } from './writer.ts'

type Claimed = Extract<ClaimOutcome, { kind: 'claimed' }>

/** `lost`: the log is somebody else's. `released`: given up for another worker to take. */
export type WriteEnd = 'written' | 'lost' | 'released'

/** Writes the reply of a claimed log to its end, then publishes it whole. */
export async function writeReply(
  desk: Desk,
  assignment: Assignment,
  claimed: Claimed,
  running: Running,
): Promise<WriteEnd> {
  const claimedAtMs = performance.now()
  const writer = new LogWriter(desk.bus, claimed.claim, desk.log)
  try {
    const generated = await generateFor(desk, assignment, claimed, { running, writer })
    if (writer.lost.aborted) return 'lost'
    const outcome = outcomeOf(generated, assignment, running)
    if (outcome === undefined) {
      await writer.release()
      return 'released'
    }
    const timings = timingsOf(generated, claimed, claimedAtMs)
    return await end(desk, assignment, claimed, { writer, generated, outcome, timings })
  } finally {
    writer.close()
  }
}

/** Ends a claimed log in an error, with the text that is there. */
export async function failReply(
  desk: Desk,
  assignment: Assignment,
  claimed: Claimed,
  error: CodedError,
): Promise<WriteEnd> {
  const writer = new LogWriter(desk.bus, claimed.claim, desk.log)
  try {
    const generated = unchanged(claimed)
    const timings = { duration_ms: claimed.earlierMs }
    return await end(desk, assignment, claimed, { writer, generated, outcome: errorOutcome(error), timings })
  } finally {
    writer.close()
  }
}

function generateFor(
  desk: Desk,
  assignment: Assignment,
  claimed: Claimed,
  { running, writer }: { running: Running; writer: LogWriter },
): Promise<Generated> {
  const { choice, prompt, request, history } = assignment
  const begun = begunOf(claimed)
  const isCancelled = history.state === 'cancelled' || running.cancelled.aborted
  if (choice === undefined || isCancelled || begun.length >= desk.maxReplyLength) {
    return Promise.resolve(unchanged(claimed))
  }
  // Readers forget an attempt's thoughts with the next attempt, so who goes on says them again.
  const begunThoughts = begun === '' ? '' : claimed.log.reader.thoughts
  if (begunThoughts !== '') writer.thought(begunThoughts)
  const options = { ...history.options, ...request.options }
  const facts = { name: spanNames.chatGenerate, attributes: { [attributes.model]: choice.model } }
  const generation = {
    backend: choice.backend,
    begunThoughts,
    begunTokens: begun === '' ? 0 : claimed.log.pieces,
    doubt: claimed.doubt,
    writer,
    patience: desk.patience,
    maxLength: desk.maxReplyLength,
    signal: AbortSignal.any([running.cancelled, running.released, writer.lost]),
    request: {
      ...prompt,
      model: choice.model,
      begun,
      temperature: options.temperature,
      maxTokens: options.max_tokens,
    },
  }
  return inSpan(facts, () => generate(generation))
}

const begunOf = ({ claim, log }: Claimed): string => log.reader.text.slice(0, claim.offset)

/** What stands when nothing is generated: the text that was there; past the limit the reply ends there. */
function unchanged(claimed: Claimed): Generated {
  const { thoughts } = claimed.log.reader
  const end = { kind: 'finished', reason: 'length' } as const
  return { text: begunOf(claimed), thoughts, usage: {}, firstTextAtMs: undefined, end }
}

/** Undefined: nothing ends here, another worker goes on. */
function outcomeOf(
  generated: Generated,
  { history }: Assignment,
  running: Running,
): Ending['outcome'] | undefined {
  const { end } = generated
  const isCancelled = history.state === 'cancelled' || running.cancelled.aborted
  if (isCancelled) return { kind: 'done', reason: 'cancelled' }
  if (end.kind === 'finished') return { kind: 'done', reason: end.reason }
  return end.kind === 'failed' ? errorOutcome(end.error) : undefined
}

const errorOutcome = (error: CodedError): Ending['outcome'] => ({
  kind: 'error',
  error: { code: error.code, retryable: error.retryable, detail: error.detail },
})

/** The whole time since the first attempt began; a speed only where one attempt wrote all of the text. */
function timingsOf({ firstTextAtMs, usage }: Generated, claimed: Claimed, claimedAtMs: number): Timings {
  const { claim, log, earlierMs } = claimed
  const now = performance.now()
  const duration_ms = Math.round(earlierMs + now - claimedAtMs)
  if (claim.offset > 0) {
    const { begunAtMs = 0, textBegunAtMs = 0 } = log
    return { first_token_ms: Math.max(0, textBegunAtMs - begunAtMs), duration_ms }
  }
  if (firstTextAtMs === undefined) return { duration_ms }
  const seconds = (now - firstTextAtMs) / 1000
  const tokens = usage.completion_tokens
  const speed = tokens !== undefined && seconds > 0 ? tokens / seconds : undefined
  return {
    first_token_ms: Math.round(earlierMs + firstTextAtMs - claimedAtMs),
    duration_ms,
    ...(speed !== undefined && { tokens_per_second: Math.round(speed * 10) / 10 }),
  }
}

interface LastSteps {
  readonly writer: LogWriter
  readonly generated: Generated
  readonly outcome: Ending['outcome']
  readonly timings: Timings
}

/** `done` is the commit, then the final; the acknowledgement follows from the decision. */
async function end(desk: Desk, assignment: Assignment, claimed: Claimed, last: LastSteps): Promise<WriteEnd> {
  const { generated, outcome, timings } = last
  const { text: content, thoughts, usage } = generated
  const terminal: Terminal =
    outcome.kind === 'done'
      ? { type: 'done', length: content.length, finish_reason: outcome.reason, usage, timings }
      : { type: 'error', length: content.length, ...outcome.error }
  if (!(await last.writer.finish(terminal))) return 'lost'
  const { choice, request } = assignment
  const { model, backend } = claimed.by
  const { attempt } = claimed.claim
  await publishFinal(desk.bus, request, {
    attempt,
    model,
    backend,
    content,
    thoughts,
    outcome,
    usage,
    timings,
  })
  const end = outcome.kind === 'done' ? outcome.reason : outcome.error.code
  desk.log('info', 'A reply ended', {
    request_id: request.request_id,
    model,
    backend,
    attempt,
    end,
    ...timings,
  })
  if (outcome.kind === 'error' && choice !== undefined) desk.backends.suspect(choice.backend)
  return 'written'
}
