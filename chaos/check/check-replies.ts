import { decodeEntry } from '../../bus/contract/decode-entry.ts'
import { newReader, readEntry } from '../../bus/contract/reply-reader.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import type { Message, Store } from '../../server/store/store.ts'
import type { Person } from '../people/person.ts'
import type { Watched } from '../people/thread.ts'
import type { Asked, Ledger } from './ledger.ts'

export interface Evidence {
  readonly ledger: Ledger
  readonly people: readonly Person[]
  /** The store, and the bus, by ways of our own that no fault struck. */
  readonly store: Store
  readonly bus: Bus
  /** When the model was made to fail, on `performance.now()`. */
  readonly modelFaults: readonly { readonly fromMs: number; readonly toMs: number }[]
}

/** How many replies ended in which way. */
export type Endings = Record<'answered' | 'cancelled' | 'failed', number>

/** Holds every reply against what was asked: in the store, in its log, and in every page that showed it. */
export async function checkReplies(evidence: Evidence): Promise<Endings> {
  const endings: Endings = { answered: 0, cancelled: 0, failed: 0 }
  for (const asked of evidence.ledger.asked.values()) {
    const stored = await readStored(evidence, asked)
    if (stored === undefined) continue
    const { state } = stored
    if (state === 'answered' || state === 'cancelled' || state === 'failed') endings[state] += 1
    checkEnding(evidence, asked, stored)
    await checkLog(evidence, asked, stored)
    for (const watched of watchersOf(evidence.people, stored.id)) checkPage(evidence, watched, stored)
  }
  for (const person of evidence.people) await checkCount(evidence, person)
  return endings
}

async function readStored({ store, ledger }: Evidence, { who, frame }: Asked): Promise<Message | undefined> {
  const stored = await store.conversations.message(who.userId, frame.conversation_id, frame.request_id)
  if (stored === undefined) ledger.violate(`${frame.request_id} was taken and is not in the store`)
  else if (stored.parentId !== frame.message_id) ledger.violate(`${frame.request_id} answers another message`)
  return stored
}

function checkEnding({ ledger, modelFaults }: Evidence, asked: Asked, stored: Message): void {
  const { id, state, content, error } = stored
  ledger.checkText(id, content, 'the store')
  ledger.tokens += content.split('t').length - 1
  if (state === 'answered') {
    if (content !== ledger.wholeText(asked))
      ledger.violate(`${id} is answered with ${content.length} letters of more`)
  } else if (state === 'cancelled') {
    if (asked.stoppedAtMs === undefined) ledger.violate(`${id} was cancelled by nobody`)
  } else if (state === 'failed') {
    const isModels = modelFaults.some(({ toMs }) => toMs >= asked.askedAtMs)
    if (!isModels || !error?.code.startsWith('backend_')) ledger.violate(`${id} failed with ${error?.code}`)
    else ledger.note(`failed as its model did: ${error.code}`)
  } else ledger.violate(`${id} is still ${state}`)
}

/** A log that is still there has one end, after which nothing comes, and says what the store says. */
async function checkLog({ bus, ledger }: Evidence, { who, frame }: Asked, stored: Message): Promise<void> {
  const subject = subjects.stream(who.userId, frame.request_id)
  const reader = newReader()
  let ends = 0
  let last = ''
  for await (const { body } of bus.readEntries(streams.log.name, subject, 0)) {
    const entry = decodeEntry(body)
    if (entry === undefined) {
      ledger.violate(`the log of ${stored.id} has what is no entry`)
      continue
    }
    last = entry.type
    if (entry.type === 'done' || entry.type === 'error') ends += 1
    if (readEntry(reader, entry) === 'gap') ledger.violate(`the log of ${stored.id} has a gap`)
  }
  if (last === '') return ledger.note('logs that were gone')
  if (ends !== 1) ledger.violate(`the log of ${stored.id} ends ${ends} times`)
  else if (last !== 'done' && last !== 'error')
    ledger.violate(`the log of ${stored.id} goes on after its end`)
  else if (reader.text !== stored.content) ledger.violate(`the log of ${stored.id} says other than the store`)
}

const watchersOf = (people: readonly Person[], requestId: string): Watched[] =>
  people.flatMap(({ tabs }) => tabs).flatMap(({ thread }) => thread.watched.get(requestId) ?? [])

function checkPage({ ledger, bus }: Evidence, { read, settled, requestId }: Watched, stored: Message): void {
  if (settled !== undefined && isEarlyStop(settled, stored))
    ledger.note('stops shown before their last words')
  else if (settled !== undefined && settled.content !== stored.content)
    ledger.violate(`a page shows other than the store in ${requestId}`)
  if (settled !== undefined && settled.state !== stored.state)
    ledger.violate(`a page shows ${requestId} as ${settled.state} and not as ${stored.state}`)
  if (read === undefined) return
  // What was read before the bus lost everything may be told anew, and end otherwise.
  if (read.epoch !== bus.epochOf(streams.log.name)) ledger.note('ends read before the bus lost its data')
  else if (read.text !== stored.content)
    ledger.violate(`a page read other than the store has in ${requestId}`)
}

/** Stopped while its publication was unanswered: its page shows what was written when it hears of it, or looks again. */
const isEarlyStop = (settled: NonNullable<Watched['settled']>, { state, content }: Message): boolean =>
  settled.state === 'cancelled' && settled.content === '' && state === 'cancelled' && content !== ''

/** Each message once, each answer once. */
async function checkCount({ store, ledger }: Evidence, { userId, conversationId }: Person): Promise<void> {
  const mine = [...ledger.asked.values()].filter(({ frame }) => frame.conversation_id === conversationId)
  if (mine.length === 0) return
  const said = new Set(mine.map(({ frame }) => frame.message_id)).size
  const { items } = await store.conversations.list(userId, { limit: 10 })
  const found = items.find(({ id }) => id === conversationId)
  if (items.length !== 1 || found === undefined) ledger.violate(`${userId} has ${items.length} conversations`)
  else if (found.messageCount !== said + mine.length)
    ledger.violate(`${conversationId} has ${found.messageCount} messages and not ${said + mine.length}`)
}
