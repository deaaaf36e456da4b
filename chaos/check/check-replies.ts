import { streams } from '../../bus/contract/streams.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import type { Message, Store } from '../../server/store/store.ts'
import type { Person } from '../people/person.ts'
import type { Watched } from '../people/thread.ts'
import { checkLog } from './check-log.ts'
import { type Asked, type Ledger, lifeOf, overlaps, type Span } from './ledger.ts'

export interface Evidence {
  readonly ledger: Ledger
  readonly people: readonly Person[]
  /** The store, and the bus, by ways of our own that no fault struck. */
  readonly store: Store
  readonly bus: Bus
  /** When the model was made to fail. */
  readonly modelFaults: readonly Span[]
  /** When the bus, or one server of it, lost its data. */
  readonly busLosses: readonly Span[]
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
    const about = {
      mustContinue,
      wasLost: (one: Asked) => evidence.busLosses.some((span) => overlaps(span, lifeOf(one))),
    }
    await checkLog({ ...evidence, ...about }, asked, stored)
    for (const watched of watchersOf(evidence.people, stored.id))
      checkPage(evidence, { asked, watched, stored })
  }
  for (const person of evidence.people) await checkCount(evidence, person)
  return endings
}

async function readStored({ store, ledger }: Evidence, { who, frame }: Asked): Promise<Message | undefined> {
  const stored = await store.conversations.message(who.userId, frame.conversation_id, frame.request_id)
  const id = frame.request_id
  if (stored === undefined) ledger.violate(`${id} was taken and is not in the store`, id)
  else if (stored.parentId !== frame.message_id) ledger.violate(`${id} answers another message`, id)
  return stored
}

function checkEnding(evidence: Evidence, asked: Asked, stored: Message): void {
  const { ledger } = evidence
  const { id, state, content, error } = stored
  const violate = (what: string) => ledger.violate(`${id} ${what}`, id)
  ledger.checkText(id, content, 'the store')
  ledger.tokens += content.split('t').length - 1
  if (state === 'answered') {
    if (content !== ledger.wholeText(asked)) violate(`is answered with ${content.length} letters of more`)
    if (isStopIgnored(asked)) violate('went on to its end although it was stopped')
  } else if (state === 'cancelled') {
    if (asked.stoppedAtMs === undefined) violate('was cancelled by nobody')
  } else if (state === 'failed') {
    if (!failsItsModel(evidence, asked) || !error?.code.startsWith('backend_'))
      violate(`failed with ${error?.code}`)
    else ledger.note(`failed as its model did: ${error.code}`)
  } else violate(`is still ${state}`)
}

/**
 * A stop that a hub took this long before the end, in milliseconds, can't have been too late: what outlasts it is longer
 * than any single fault keeps hub, bus and store from each other.
 */
const surelyInTimeMs = 20_000

const isStopIgnored = ({ stopSentAtMs, endedAtMs = 0 }: Asked): boolean =>
  stopSentAtMs !== undefined && endedAtMs - stopSentAtMs > surelyInTimeMs

/** Whether the model was made to fail while this reply was open. */
const failsItsModel = ({ modelFaults }: Evidence, asked: Asked): boolean =>
  modelFaults.some((span) => overlaps(span, lifeOf(asked)))

/** One model goes on with what stands; a worker that can't reach it just then lets that stand. */
const mustContinue = ({ frame }: Asked): boolean => frame.model !== 'closing'

const watchersOf = (people: readonly Person[], requestId: string): Watched[] =>
  people.flatMap(({ tabs }) => tabs).flatMap(({ thread }) => thread.watched.get(requestId) ?? [])

interface Seen {
  readonly asked: Asked
  readonly watched: Watched
  readonly stored: Message
}

function checkPage(evidence: Evidence, seen: Seen): void {
  const { ledger, bus } = evidence
  const { read, settled, requestId } = seen.watched
  const { stored } = seen
  const violate = (what: string) => ledger.violate(`${what} in ${requestId}`, requestId)
  if (settled !== undefined && isEarlyStop(settled, stored))
    ledger.note('stops shown before their last words')
  else if (settled !== undefined && settled.content !== stored.content)
    violate('a page shows other than the store')
  if (settled !== undefined && settled.state !== stored.state)
    violate(`a page shows ${settled.state} and not ${stored.state}`)
  if (mustContinue(seen.asked)) checkGrowth(evidence, seen)
  if (read === undefined) return
  // What was read before the bus lost everything may be told anew, and end otherwise.
  if (read.epoch !== bus.epochOf(streams.log.name)) ledger.note('ends read before the bus lost its data')
  else if (read.text !== stored.content) violate('a page read other than the store has')
}

/** A text that is gone on with never gets shorter under its reader's eyes, nor ends shorter than it was. */
function checkGrowth({ ledger, bus }: Evidence, { watched, stored }: Seen): void {
  const { requestId, cuts, longest } = watched
  for (const cut of cuts) ledger.violate(`a page's text was cut ${cut} in ${requestId}`, requestId)
  if (longest.epoch === bus.epochOf(streams.log.name) && longest.length > stored.content.length)
    ledger.violate(`a page showed ${longest.length - stored.content.length} more of ${requestId}`, requestId)
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
