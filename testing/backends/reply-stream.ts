import type { ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import type { Fault } from './fault.ts'
import { type LineWriter, slicedWriter, wholeWriter } from './line-writer.ts'
import type { Piece, ReplyScript } from './scripted-reply.ts'
import type { Exchange } from './stand-in-server.ts'

/** How one wire writes a reply: each function gives the bytes of one or more lines, line ends included. */
export type Framing = {
  contentType: string
  /** Sent once, before the first token; empty for a wire that has none. */
  opening: string
  token: (text: string) => string
  thought: (text: string) => string
  /** `sentTokens` counts thoughts too, as both real backends do. */
  closing: (finish: 'stop' | 'length', sentTokens: number) => string
  failure: (message: string) => string
  garbage: string
}

export type ReplyPlan = {
  script: ReplyScript
  pieces: Iterator<Piece>
  /** Tokens this request may get, thoughts included; past it the reply ends with `length`. */
  maxTokens: number
  framing: Framing
}

/** With no rate given, so many tokens are written at a turn before the others get theirs. */
const MAX_TOKENS_PER_TURN = 64

/** Sends a scripted reply at its pace and lets the fault strike; stops when the client leaves. */
export function streamReply(exchange: Exchange, plan: ReplyPlan, fault: Fault | undefined): void {
  new ReplyStream(exchange, plan, fault).start()
}

export type WholeReply = { content: string; thinking: string; tokenCount: number; finish: 'stop' | 'length' }

/** A reply that is asked for in one piece: at once, whatever its rate, and at most 100,000 tokens. */
export function takeWholeReply({ pieces, maxTokens }: ReplyPlan): WholeReply {
  const whole: WholeReply = { content: '', thinking: '', tokenCount: 0, finish: 'stop' }
  const limit = Math.min(maxTokens, 100_000)
  for (let next = pieces.next(); next.done !== true; next = pieces.next()) {
    if (whole.tokenCount >= limit) return { ...whole, finish: 'length' }
    if (next.value.kind === 'thought') whole.thinking += next.value.text
    else whole.content += next.value.text
    whole.tokenCount++
  }
  return whole
}

class ReplyStream {
  readonly #exchange: Exchange
  readonly #plan: ReplyPlan
  readonly #fault: Fault | undefined
  readonly #writer: LineWriter
  readonly #response: ServerResponse
  #nextMs = 0
  #struck = false

  constructor(exchange: Exchange, plan: ReplyPlan, fault: Fault | undefined) {
    this.#exchange = exchange
    this.#plan = plan
    this.#fault = fault
    this.#response = exchange.response
    const cut = fault?.kind === 'half-lines'
    this.#writer = cut ? slicedWriter(this.#response, fault.pieceBytes) : wholeWriter(this.#response)
  }

  start(): void {
    const faultMs = this.#fault?.kind === 'slow-first-byte' ? this.#fault.delayMs : 0
    const delayMs = this.#plan.script.delayMs + faultMs
    this.#nextMs = performance.now() + delayMs
    if (delayMs === 0) this.#begin()
    else this.#exchange.wheel.schedule(this.#nextMs, () => this.#begin())
  }

  /** Headers come with the first token, as from the real ones: loading and queueing are silence. */
  #begin(): void {
    if (this.#response.destroyed) return
    this.#response.writeHead(200, { 'Content-Type': this.#plan.framing.contentType })
    this.#response.flushHeaders()
    if (this.#plan.framing.opening !== '') this.#writer.write(this.#plan.framing.opening)
    this.#turn()
  }

  readonly #turn = (): void => {
    const nowMs = performance.now()
    const { ratePerSecond, burst } = this.#plan.script
    const dueBursts =
      ratePerSecond === 0 ? 1 : Math.floor(((nowMs - this.#nextMs) * ratePerSecond) / 1000 / burst) + 1
    const tokenCount = ratePerSecond === 0 ? MAX_TOKENS_PER_TURN : dueBursts * burst
    for (let sent = 0; sent < tokenCount; sent++) {
      if (this.#response.destroyed || this.#strike() || !this.#sendNext()) return
    }
    if (ratePerSecond > 0) this.#nextMs += (dueBursts * burst * 1000) / ratePerSecond
    if (this.#response.writableNeedDrain) this.#response.once('drain', () => this.#goOn(nowMs))
    else this.#goOn(nowMs)
  }

  #goOn(nowMs: number): void {
    const dueMs = this.#plan.script.ratePerSecond === 0 ? nowMs : this.#nextMs
    this.#exchange.wheel.schedule(dueMs, this.#turn)
  }

  /** What was not said during a pause is not made up for. */
  #goOnNow(): void {
    this.#nextMs = performance.now()
    this.#turn()
  }

  /** Sends one piece; false when that was the end of the reply. */
  #sendNext(): boolean {
    const { framing, pieces, maxTokens } = this.#plan
    const { request } = this.#exchange
    if (maxTokens === 0) return this.#finish('length')
    const next = pieces.next()
    if (next.done === true) return this.#finish('stop')
    const { kind, text } = next.value
    this.#writer.write(kind === 'thought' ? framing.thought(text) : framing.token(text))
    request.tokensSent++
    return request.tokensSent < maxTokens || this.#finish('length')
  }

  #finish(reason: 'stop' | 'length'): false {
    this.#writer.write(this.#plan.framing.closing(reason, this.#exchange.request.tokensSent))
    this.#writer.end()
    return false
  }

  /** True when the fault has ended or silenced the reply. */
  #strike(): boolean {
    const fault = this.#fault
    if (fault === undefined || !('afterTokens' in fault) || this.#struck) return false
    if (this.#exchange.request.tokensSent < fault.afterTokens) return false
    this.#struck = true
    return this.#break(fault)
  }

  #break(fault: Extract<Fault, { afterTokens: number }>): boolean {
    const { framing } = this.#plan
    if (fault.kind === 'garbage-line') this.#writer.write(framing.garbage)
    if (fault.kind === 'huge-line') this.#writer.write(framing.token('x'.repeat(fault.bytes)))
    if (fault.kind === 'garbage-line' || fault.kind === 'huge-line') return false
    // A stalled reply ends when its client gives up, which is then rightly told as aborted.
    if (fault.kind === 'stall') return true
    if (fault.kind === 'pause') {
      void this.#exchange.faults.untilLifted(fault).then(() => this.#goOnNow())
      return true
    }
    this.#exchange.request.outcome = 'broken'
    if (fault.kind === 'reset') {
      // What was written leaves the process at the end of this turn; a reset now would take it along.
      setImmediate(() => this.#response.socket?.resetAndDestroy())
      return true
    }
    if (fault.kind === 'error-line') this.#writer.write(framing.failure(fault.message))
    this.#writer.end()
    return true
  }
}
