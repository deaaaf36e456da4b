import type { ChatFinal } from '../../bus/contract/chat.ts'
import { checker } from '../../bus/contract/check.ts'
import { TitleAnswer, type TitleGet } from '../../bus/contract/history.ts'
import { maxTitleLength } from '../../bus/contract/limits.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { truncate, wellFormed, withoutControls } from '../../bus/contract/text.ts'
import { errorFields } from '../../telemetry/logger.ts'
import type { Rooms } from '../house.ts'
import { plainWords } from '../store/plain-words.ts'

const titleAnswer = checker(TitleAnswer)

/** Titles asked for at once, and waiting to be; past that a conversation keeps its first title until its next answer. */
const maxAsking = 2
const maxWaiting = 100
const titleTimeoutMs = 60_000

/** What was said first names a conversation, of at most so many messages that were said by the time it gets its title. */
const titleMessages = 4
const mostRead = 40

/** How much of each message a title is made from, in code units. */
const titleSourceLength = 1_000

export interface TitleMaker {
  /** Asks a worker for the title of a conversation that has none but its first message. */
  consider(final: ChatFinal): void
}

/** Gives conversations a title from the model, in the background: nothing waits for it, and it may be lost. */
export function createTitleMaker(rooms: Rooms): TitleMaker {
  const waiting: Untitled[] = []
  let asking = 0
  const next = () => {
    const untitled = asking < maxAsking ? waiting.shift() : undefined
    if (untitled === undefined) return
    asking += 1
    void makeTitle(rooms, untitled)
      .catch((error: unknown) => rooms.log.debug(errorFields(error), 'No title was made'))
      .finally(() => {
        asking -= 1
        next()
      })
  }
  return {
    consider: (final) => {
      if (final.error !== undefined || final.content === '' || waiting.length >= maxWaiting) return
      const { user_id: userId, conversation_id: conversationId, model } = final
      waiting.push({ userId, conversationId, model })
      next()
    },
  }
}

/** What is needed of a reply that waits: the reply itself may be most of a megabyte. */
interface Untitled {
  readonly userId: string
  readonly conversationId: string
  readonly model: string
}

async function makeTitle({ store, bus, notify }: Rooms, untitled: Untitled): Promise<void> {
  const { userId, conversationId, model } = untitled
  const conversation = await store.conversations.find(userId, conversationId)
  if (conversation?.titleSource !== 'first') return
  const path = await store.conversations.path(userId, conversationId, { limit: mostRead })
  const messages = (path?.items ?? [])
    .filter(({ content }) => content !== '')
    .slice(0, titleMessages)
    .map(({ role, content }) => ({ role, content: truncate(content, titleSourceLength) }))
  // What the companion says of itself is about nothing yet.
  if (!messages.some(({ role }) => role === 'user')) return
  const ask: TitleGet = { conversation_id: conversationId, model, messages }
  const answer = await bus.request(subjects.title, ask, { timeoutMs: titleTimeoutMs })
  if (!titleAnswer(answer)) return
  const title = cleanTitle(answer.title)
  if (title !== '' && (await store.conversations.setModelTitle(userId, conversationId, title)))
    notify(userId, { kind: 'changed', conversation_id: conversationId })
}

/** Models like to quote titles, to mark words in them as Markdown does, and to explain them on further lines. */
function cleanTitle(text: string): string {
  const line = withoutControls(wellFormed(text)).trim().split('\n', 1)[0] ?? ''
  // What is left of a code span that has only one end means nothing in a title.
  const words = plainWords(line).replaceAll('`', '')
  const bare = words.replaceAll(/\s+/g, ' ').replace(/^["'“«*#\s]+|["'”»*:\s]+$/g, '')
  return truncate(bare, maxTitleLength)
}
