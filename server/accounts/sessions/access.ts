import { AccessChange } from '../../../bus/contract/access.ts'
import { checker } from '../../../bus/contract/check.ts'
import { decode } from '../../../bus/contract/codec.ts'
import { CodedError } from '../../../bus/contract/errors.ts'
import { streams } from '../../../bus/contract/streams.ts'
import { subjects } from '../../../bus/contract/subjects.ts'
import type { Bus } from '../../../bus/nats/bus.ts'
import { errorFields, type Logger } from '../../../telemetry/logger.ts'
import { startSweep } from '../../chat/sweep.ts'
import type { Store } from '../../store/store.ts'
import { createTeller } from './tell-changes.ts'

/** Who may still get in, as this hub is told by itself and by the others. */
export interface Access {
  /** The store noted something that hubs are to be told: it is done here and told at once. */
  changed(): void
  /** Calls `listener` with each change, perhaps more than once. @returns how to stop that. */
  onChange(listener: (change: AccessChange) => void): () => void
  /** Whether all that was ever told is known here, read to the end of the stream where it was not. Never rejects. */
  caughtUp(): Promise<boolean>
  stop(): Promise<void>
}

/** What the stream said is believed for this long, in milliseconds: meanwhile changes are heard as they come. */
const believedMs = 1_000

const isAccessChange = checker(AccessChange)
const limits = { bytes: streams.access.maxMessageBytes, depth: 3, elements: 512 }

/** Begins to hear and to tell. What the store still holds of an earlier hub's is told too. */
export function openAccess({ store, bus, log }: { store: Store; bus: Bus; log: Logger }): Access {
  const listeners = new Set<(change: AccessChange) => void>()
  const apply = (change: AccessChange) => {
    for (const listener of listeners) listener(change)
  }
  const { doOwn, tell } = createTeller({ store, bus, apply })
  const sweep = startSweep('tell of changed access', 2_000, log, tell)
  // A round under way may wait for a store or a bus that is away, which is when what is remembered counts.
  const changed = () => {
    doOwn().catch((error: unknown) =>
      log.warn(errorFields(error), 'A change of access could not be done here'),
    )
    sweep.soon()
  }
  const hearing = bus.subscribe(subjects.accessChanged, ({ body }) => applyBytes(body, apply))
  const reader = createReader(bus, apply, log)
  const stopListening = bus.onConnect(() => void reader())
  return {
    changed,
    onChange: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    caughtUp: reader,
    stop: async () => {
      stopListening()
      hearing.unsubscribe()
      await sweep.stop()
    },
  }
}

/** A change that is not readable is of a version this hub does not know; what it was about is checked in time. */
function applyBytes(body: Uint8Array, apply: (change: AccessChange) => void): void {
  try {
    const change = decode(body, limits)
    if (isAccessChange(change)) apply(change)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
  }
}

/** Reads the stream from where it was read to; one reading at a time serves all who ask. */
function createReader(bus: Bus, apply: (change: AccessChange) => void, log: Logger): () => Promise<boolean> {
  const { name } = streams.access
  let epoch = 0
  let seq = 0
  let readAtMs = Number.NEGATIVE_INFINITY
  let reading: Promise<boolean> | undefined

  return () => {
    const isBelieved = bus.epochOf(name) === epoch && performance.now() - readAtMs < believedMs
    if (bus.state === 'connected' && isBelieved) return Promise.resolve(true)
    reading ??= read().finally(() => {
      reading = undefined
    })
    return reading
  }

  async function read(): Promise<boolean> {
    if (bus.state !== 'connected') return false
    try {
      const present = bus.epochOf(name)
      if (present !== epoch) seq = 0
      for await (const entry of bus.readEntries(name, subjects.accessChanged, seq + 1)) {
        applyBytes(entry.body, apply)
        seq = entry.seq
      }
      epoch = present
      readAtMs = performance.now()
      return true
    } catch (error) {
      log.warn(errorFields(error), 'Changes of access could not be read')
      return false
    }
  }
}
