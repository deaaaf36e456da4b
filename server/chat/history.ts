import { checker } from '../../bus/contract/check.ts'
import { encode } from '../../bus/contract/codec.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { type HistoryAnswer, HistoryGet, isOpenState } from '../../bus/contract/history.ts'
import { maxBusBytes } from '../../bus/contract/limits.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Subscription } from '../../bus/nats/bus.ts'
import { defaultCompanion } from '../companions/default-companion.ts'
import { greetingLine } from '../companions/greeting.ts'
import type { Rooms } from '../house.ts'
import type { RequestHistory, Store } from '../store/store.ts'

const historyGet = checker(HistoryGet)

/** Titles of earlier conversations that a greeting is made with. */
const maxTitles = 3

/** Answers workers who ask for a request's state and the conversation before it; one hub answers each. */
export function answerHistory(rooms: Rooms): Subscription {
  return rooms.bus.respond(subjects.historyGet, 'hub', async (body) => {
    if (!historyGet(body)) throw new CodedError('request_invalid', 'This is not a history.get.')
    return await readHistory(rooms, body)
  })
}

/** @returns what fits a message on the bus: the newest of the conversation within the budget. */
async function readHistory({ store }: Rooms, asked: HistoryGet): Promise<HistoryAnswer> {
  let budget = Math.min(asked.budget, maxBusBytes)
  for (;;) {
    const history = await store.requests.history(asked.user_id, asked.request_id, budget)
    const answer = toAnswer(
      history,
      history?.isGreeting ? await latestTitles(store, asked.user_id, history) : [],
    )
    // At three bytes a code unit most answers fit without being encoded to see.
    if (fitsSurely(answer) || encode(answer).byteLength <= maxBusBytes) return answer
    // What is left then are the message to answer and the prompt; asking on would find them just as large.
    if (budget === 0)
      throw new CodedError('frame_too_large', 'The message to answer is too large for the bus')
    budget = Math.floor(budget / 2)
  }
}

/** What the person talked about before this conversation. */
async function latestTitles(store: Store, userId: string, { conversationId }: RequestHistory) {
  const { items } = await store.conversations.list(userId, { limit: maxTitles + 1 })
  return items.filter(({ id }) => id !== conversationId).map(({ title }) => title)
}

function toAnswer(history: RequestHistory | undefined, titles: readonly string[]): HistoryAnswer {
  const companion = { name: defaultCompanion.name, system_prompt: defaultCompanion.systemPrompt as string }
  if (history === undefined) return { state: 'gone', messages: [], companion, options: {} }
  const prompt = history.systemPrompt ?? companion.system_prompt
  return {
    state: stateOf(history),
    conversation_id: history.conversationId,
    messages: [...history.messages],
    companion: {
      ...companion,
      system_prompt: history.isGreeting ? `${prompt}\n\n${greetingLine(titles)}` : prompt,
    },
    options: history.options,
  }
}

/** A cancelled request whose final is stored needs no end in any log: where the bus lost its data there is a new one. */
function stateOf({ state, cancelRequested, isStored }: RequestHistory): HistoryAnswer['state'] {
  if (state === 'cancelled') return isStored ? 'answered' : 'cancelled'
  return cancelRequested && isOpenState(state) ? 'cancelled' : state
}

function fitsSurely({ messages, companion }: HistoryAnswer): boolean {
  let units = companion.system_prompt.length
  for (const { content } of messages) units += content.length + 40
  return units * 3 < maxBusBytes
}
