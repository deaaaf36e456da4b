import type { ChatRequest } from '../../bus/contract/chat.ts'
import { checker } from '../../bus/contract/check.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { HistoryAnswer, type HistoryGet } from '../../bus/contract/history.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import { pauseUnlessAborted } from '../runtime/pause.ts'

const answerShape = checker(HistoryAnswer)

/** One question's wait, the pause between two, and how long they go on before the delivery is put back. In ms. */
const answerTimeoutMs = 2_000
const pauseMs = 500
const patienceMs = 60_000

/** Largest answer worth asking for, in code units: well under what a message holds. */
const maxBudget = 250_000

/**
 * Asks a server for a request's state and the conversation before it, again and again: nothing may be generated
 * without it.
 *
 * @returns undefined when nobody gave a usable answer in a minute, or the signal aborted.
 */
export async function askHistory(
  bus: Bus,
  request: ChatRequest,
  budget: number,
  signal: AbortSignal,
): Promise<HistoryAnswer | undefined> {
  const question: HistoryGet = {
    request_id: request.request_id,
    user_id: request.user_id,
    budget: Math.min(budget, maxBudget),
  }
  const endsAt = performance.now() + patienceMs
  while (!signal.aborted && performance.now() < endsAt) {
    const answer = await askOnce(bus, question)
    if (answer !== undefined) return answer
    await pauseUnlessAborted(pauseMs, signal)
  }
  return undefined
}

async function askOnce(bus: Bus, question: HistoryGet): Promise<HistoryAnswer | undefined> {
  try {
    const answer = await bus.request(subjects.historyGet, question, { timeoutMs: answerTimeoutMs })
    return answerShape(answer) ? answer : undefined
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
