import { setTimeout as pause } from 'node:timers/promises'
import type { Decision } from './bus.ts'
import type { Link } from './link.ts'
import type { Log } from './log.ts'

const confirmTimeoutMs = 1_000
const confirmAttempts = 5
const maxDelayMs = 30_000

/**
 * The one place where a delivery is acknowledged, put off or refused for good.
 *
 * An acknowledgement is confirmed by the server and repeated until it is; one that is never confirmed means another
 * delivery, which its handler must bear anyway. A nak that is lost is made good by the ack wait.
 *
 * @param reply the subject the delivery came with.
 */
export async function settleDelivery(link: Link, reply: string, decision: Decision, log: Log): Promise<void> {
  if (decision.kind === 'nak') return putOff(link, reply, decision.delayMs)
  if (decision.kind === 'term') log('error', 'A delivery is refused for good', { reason: decision.reason })
  // Reasons in a `+TERM` came with nats-server 2.10; 2.9 does not know such a message and would ignore it.
  const confirmed = await confirm(link, reply, decision.kind === 'ack' ? '+ACK' : '+TERM')
  if (!confirmed && !link.closed) log('warn', 'An acknowledgement was not confirmed', { kind: decision.kind })
}

/** The delay after the nth delivery of a message that failed: doubling from 250 ms to at most 30 s. */
export const growingDelayMs = (deliveryCount: number): number =>
  Math.min(maxDelayMs, 250 * 2 ** Math.min(deliveryCount - 1, 10))

function putOff(link: Link, reply: string, delayMs: number): void {
  const delay = Math.max(0, Math.round(delayMs)) * 1e6
  link.up?.publish(reply, delay === 0 ? '-NAK' : `-NAK ${JSON.stringify({ delay })}`)
}

async function confirm(link: Link, reply: string, payload: string): Promise<boolean> {
  for (let attempt = 0; attempt < confirmAttempts && !link.closed; attempt += 1) {
    try {
      const connection = await link.whenUp(confirmTimeoutMs)
      await connection.request(reply, payload, { timeout: confirmTimeoutMs })
      return true
    } catch {
      await pause(100)
    }
  }
  return false
}
