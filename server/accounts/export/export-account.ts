import type { Rooms } from '../../house.ts'
import type { User } from '../../store/store.ts'
import { conversationJson, messageJson, readAccount } from './export-json.ts'

const conversationsPerPage = 50
const messagesPerPage = 200

/**
 * Everything the house has of a person, as the text of one JSON document, piece by piece: no more than a page of it is
 * in memory, however much somebody has said. Times are ISO 8601. Nothing in it opens a door: no token, key or hash.
 */
export async function* exportAccount({ store }: Pick<Rooms, 'store'>, user: User): AsyncGenerator<string> {
  const account = JSON.stringify(await readAccount(store, user), null, 1)
  yield `${account.slice(0, -2)},\n "conversations": [`
  let after: string | undefined
  let count = 0
  do {
    const page = { limit: conversationsPerPage, ...(after !== undefined && { after }) }
    const conversations = await store.exports.conversations(user.id, page)
    for (const conversation of conversations) {
      const head = JSON.stringify(conversationJson(conversation))
      yield `${count === 0 ? '' : ','}\n  ${head.slice(0, -1)},"messages":[`
      yield* exportMessages(store, user.id, conversation.id)
      yield ']}'
      count += 1
    }
    after = conversations.length === conversationsPerPage ? conversations.at(-1)?.id : undefined
  } while (after !== undefined)
  yield '\n ]\n}\n'
}

async function* exportMessages(
  store: Rooms['store'],
  userId: string,
  conversationId: string,
): AsyncGenerator<string> {
  let after: number | undefined
  do {
    const page = { limit: messagesPerPage, ...(after !== undefined && { after }) }
    const messages = await store.exports.messages(userId, conversationId, page)
    const texts = messages.map((message) => JSON.stringify(messageJson(message)))
    if (texts.length > 0) yield `${after === undefined ? '' : ','}\n   ${texts.join(',\n   ')}`
    after = messages.length === messagesPerPage ? messages.at(-1)?.ordinal : undefined
  } while (after !== undefined)
}
