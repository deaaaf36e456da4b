export interface DeliveryInfo {
  readonly seq: number
  /** How often this message was delivered, this time included. */
  readonly deliveryCount: number
  /** Its place among what this consumer delivered. */
  readonly consumerSeq: number
  /** When the stream stored it, in Unix milliseconds. */
  readonly storedAtMs: number
}

/**
 * Reads the reply subject a consumer puts on each delivery. Source: nats-architecture-and-design, ADR-15:
 * `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<time>.<pending>`, and the same with a domain
 * and an account before the stream (and a random token at the end).
 */
export function readDeliveryInfo(reply: string): DeliveryInfo {
  const tokens = reply.split('.')
  const first = tokens.length >= 11 ? 6 : 4
  const number = (index: number): number => Number(tokens[first + index] ?? 0)
  return {
    deliveryCount: number(0),
    seq: number(1),
    consumerSeq: number(2),
    storedAtMs: Math.floor(number(3) / 1e6),
  }
}
