import type { Connection } from '../hub/connection.ts'
import type { Utterances } from './utterances.ts'

/** A call as one socket has it. Nothing is kept here that its page could not send again. */
export interface Call {
  readonly id: string
  readonly connection: Connection
  readonly utterances: Utterances
  /** Numbers of the questions that have no answer yet. */
  readonly questions: Set<number>
  /** Aborted when the socket has the call no more: nobody waits for answers then. */
  readonly over: AbortController
  /** When the store was last asked whether the call still is, by `performance.now()`. */
  lookedAtMs: number
  /** Sound is sent piece after piece. */
  sending: Promise<void>
}

/** The calls of a hub's sockets by id: of each call one socket's, of each socket one. */
export type Calls = Map<string, Call>

/** Gives a call to a socket, which is the only one here that has it from now on. */
export function enterCall(calls: Calls, connection: Connection, id: string): void {
  const before = calls.get(id)
  if (before !== undefined && before.connection !== connection) dropCall(calls, before)
  connection.call ??= {
    id,
    connection,
    utterances: new Map(),
    questions: new Set(),
    over: new AbortController(),
    lookedAtMs: 0,
    sending: Promise.resolve(),
  }
  connection.call.lookedAtMs = performance.now()
  calls.set(id, connection.call)
}

/** Frees what is held of a call here; in the store it goes on until its lease is over, unless somebody ends it there. */
export function dropCall(calls: Calls, call: Call): void {
  call.over.abort()
  call.connection.call = undefined
  if (calls.get(call.id) === call) calls.delete(call.id)
}
