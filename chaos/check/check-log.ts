import { decodeEntry } from '../../bus/contract/decode-entry.ts'
import type { LogEntry } from '../../bus/contract/reply-log.ts'
import { newReader, type ReplyReader, readEntry } from '../../bus/contract/reply-reader.ts'
import { streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Bus } from '../../bus/nats/bus.ts'
import type { Message } from '../../server/store/store.ts'
import type { Asked, Ledger, Span } from './ledger.ts'

export interface LogEvidence {
  readonly ledger: Ledger
  readonly bus: Bus
  readonly busLosses: readonly Span[]
  /** Whether whoever took this reply over has to have gone on where it stood. */
  mustContinue(asked: Asked): boolean
  /** Whether the bus lost its data while this reply was open. */
  wasLost(asked: Asked): boolean
}

/**
 * A log that is still there has one end, after which nothing comes; it says what the store says; and who took it over
 * went on at the end of the text, where the model can. A purge takes entries from the first one on: where the bus broke
 * it off, the end is left, which tells readers to ask the store. A reply may be stored from a log that the bus then lost,
 * while another worker had begun it anew: nobody goes on with that one.
 */
export async function checkLog(evidence: LogEvidence, asked: Asked, stored: Message): Promise<void> {
  const { ledger } = evidence
  const violate = (what: string) => ledger.violate(`the log of ${stored.id} ${what}`, stored.id)
  const reader = newReader()
  let ends = 0
  let isWhole: boolean | undefined
  let last = ''
  for await (const entry of entriesOf(evidence.bus, asked)) {
    if (entry === undefined) {
      violate('has what is no entry')
      continue
    }
    isWhole ??= entry.type === 'start' && entry.offset === 0
    last = entry.type
    if (entry.type === 'done' || entry.type === 'error') ends += 1
    checkStart(evidence, asked, reader, entry)
    if (readEntry(reader, entry) === 'gap' && isWhole) violate('has a gap')
  }
  if (last === '') ledger.note('logs that were gone')
  else if (ends === 0 && evidence.wasLost(asked)) ledger.note('logs that a loss left without an end')
  else if (ends !== 1) violate(`ends ${ends} times`)
  else if (last !== 'done' && last !== 'error') violate('goes on after its end')
  else if (!isWhole) ledger.note('logs that are purged in part')
  else if (wasStoppedAgain(evidence, stored, reader)) ledger.note('logs that were stopped again after a loss')
  else if (reader.text !== stored.content) violate('says other than the store')
}

/** Where the bus lost the end of a cancelled reply while it was being stored, the log is ended anew, empty. */
const wasStoppedAgain = (
  { busLosses }: LogEvidence,
  { state, content }: Message,
  { text }: ReplyReader,
): boolean => busLosses.length > 0 && state === 'cancelled' && text === '' && content !== ''

async function* entriesOf(bus: Bus, { who, frame }: Asked): AsyncIterable<LogEntry | undefined> {
  const subject = subjects.stream(who.userId, frame.request_id)
  for await (const { body } of bus.readEntries(streams.log.name, subject, 0)) yield decodeEntry(body)
}

function checkStart(
  { ledger, mustContinue }: LogEvidence,
  asked: Asked,
  { text }: ReplyReader,
  entry: LogEntry,
): void {
  if (entry.type !== 'start' || text === '') return
  const { request_id } = asked.frame
  if (entry.offset === text.length) ledger.note('texts that were gone on with')
  else if (mustContinue(asked))
    ledger.violate(
      `attempt ${entry.attempt} of ${request_id} begins at ${entry.offset} and not at ${text.length}`,
      request_id,
    )
  else ledger.note('texts that were begun anew')
}
