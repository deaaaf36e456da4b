import { CodedError } from '../../bus/contract/errors.ts'
import type { Log } from '../../bus/nats/log.ts'
import type { SpeechPlace } from '../inference/speech.ts'

/** Lets work at a speech server run, and logs when that begins to fail and when it no longer does. */
export type TellChanges = <Value>(work: () => Promise<Value>) => Promise<Value>

export function tellChanges(place: SpeechPlace, log: Log): TellChanges {
  let isUsable = true
  return async (work) => {
    try {
      const value = await work()
      if (!isUsable) log('info', 'A speech server can be used again', { ...place })
      isUsable = true
      return value
    } catch (error) {
      if (isUsable && isOfBackend(error)) {
        log('warn', 'A speech server cannot be used', { ...place, code: error.code, reason: error.message })
        isUsable = false
      }
      throw error
    }
  }
}

/** That this worker is leaving says nothing of the server. */
const isOfBackend = (error: unknown): error is CodedError =>
  error instanceof CodedError && error.code !== 'queue_full'
