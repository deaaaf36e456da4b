import { ChatCancel } from '../../bus/contract/chat.ts'
import { checker } from '../../bus/contract/check.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { decodeBody } from '../../bus/nats/body.ts'
import type { Bus, BusMessage, Subscription } from '../../bus/nats/bus.ts'
import type { RunningReplies } from './running.ts'

const cancelShape = checker(ChatCancel)

/**
 * Hears every cancel and stops the reply where it runs here. One that runs nowhere yet learns of it from the store.
 */
export const followCancels = (bus: Bus, running: RunningReplies): Subscription =>
  bus.subscribe(subjects.anyCancel, (message) => {
    const cancel = readCancel(message)
    if (cancel !== undefined) running.cancel(cancel.user_id, cancel.request_id)
  })

/** The subject says whose it is; a message that says otherwise is nobody's. */
function readCancel(message: BusMessage): ChatCancel | undefined {
  try {
    const cancel = decodeBody(message.body)
    if (!cancelShape(cancel)) return undefined
    return subjects.cancel(cancel.user_id) === message.subject ? cancel : undefined
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
