import { CodedError } from '../../bus/contract/errors.ts'

/** Most operations that wait for their turn in one process; each holds what it is to write. */
const maxWaiting = 10_000

/** How long operations may follow each other before everything else of the process has its turn, in milliseconds. */
const sliceMs = 5

/** Runs an operation when all before it have ended. @throws CodedError `store_unavailable` when too many wait. */
export type Turns = <T>(run: () => Promise<T>) => Promise<T>

/**
 * One operation at a time, in the order of asking. A database in this process does its work without ever returning to
 * the event loop, so a thousand commits would be one long stop in which no socket is read and no ping answered:
 * between two of them the loop turns, when it has not for a while.
 */
export function createTurns({ slice = sliceMs, most = maxWaiting } = {}): Turns {
  let last: Promise<void> = Promise.resolve()
  let waiting = 0
  let held: { readonly sinceMs: number; readonly over: Promise<void> } | undefined

  const letOthers = async () => {
    if (held !== undefined && performance.now() - held.sinceMs >= slice) await held.over
    held ??= { sinceMs: performance.now(), over: loopTurn() }
  }
  const loopTurn = () =>
    new Promise<void>((resolve) => {
      setImmediate(() => {
        held = undefined
        resolve()
      })
    })

  return async (run) => {
    if (waiting >= most) throw new CodedError('store_unavailable', 'Too much waits for the store')
    waiting += 1
    const before = last
    const ended = Promise.withResolvers<void>()
    last = ended.promise
    try {
      await before
      await letOthers()
      return await run()
    } finally {
      waiting -= 1
      ended.resolve()
    }
  }
}
