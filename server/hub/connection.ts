import type { WebSocket } from 'ws'
import { encode } from '../../bus/contract/codec.ts'
import { CodedError, type ErrorCode, errorCodes } from '../../bus/contract/errors.ts'
import type { HubFrame } from '../../bus/contract/frames.ts'
import { heartbeatMs, maxBufferedBytes } from '../../bus/contract/limits.ts'
import type { Credential } from '../accounts/request-user.ts'
import type { Call } from '../voice/call.ts'
import type { Person } from './people.ts'

/** One browser socket. Thousands are held and most are idle, so what an idle one does not need is made when it is. */
export interface Connection {
  readonly socket: WebSocket
  readonly person: Person
  /** The session or key it was opened with. */
  readonly credential: Credential
  /** Said hello and was welcomed. */
  welcomed: boolean
  /** When the browser was last heard, and when it is next asked whether it lives, by `performance.now()`. */
  heardAtMs: number
  pingAtMs: number
  /** Frames in the current second, for the rate limit. */
  frames: number
  framesSinceMs: number
  /** Frames in a row that could not be used. */
  badFrames: number
  /** What is handled now and how many frames wait for it; frames of one socket are handled in order. */
  handling: Promise<void> | undefined
  waiting: number
  /** Where this socket stands in each reply it resumed. */
  following: Map<string, Following> | undefined
  /** The call that its page leads over this socket. */
  call: Call | undefined
}

/** A reply as one socket has it: everything up to `seq`, the rest by `replaying` from the log, or live. */
export interface Following {
  epoch: number
  seq: number
  replaying: boolean
  /** Asked for again while it was being replayed. */
  again: { readonly epoch: number; readonly seq: number } | undefined
}

export function newConnection(
  socket: WebSocket,
  person: Person,
  credential: Credential,
  nowMs: number,
): Connection {
  return {
    socket,
    person,
    credential,
    welcomed: false,
    heardAtMs: nowMs,
    pingAtMs: nowMs + heartbeatMs,
    frames: 0,
    framesSinceMs: nowMs,
    badFrames: 0,
    handling: undefined,
    waiting: 0,
    following: undefined,
    call: undefined,
  }
}

/** Writes a frame's bytes; a reader who lets too many wait is closed and may come back and resume. */
export function sendBytes(connection: Connection, bytes: Uint8Array): void {
  const { socket } = connection
  if (socket.readyState !== socket.OPEN) return
  if (socket.bufferedAmount > maxBufferedBytes) closeWith(connection, 'slow_consumer')
  else socket.send(bytes)
}

/** The same; resolves when the bytes have left this process, or the socket is gone. */
export function sendWhole(connection: Connection, bytes: Uint8Array): Promise<void> {
  const { socket } = connection
  return new Promise((resolve) => {
    if (socket.readyState !== socket.OPEN) resolve()
    else socket.send(bytes, () => resolve())
  })
}

export const send = (connection: Connection, frame: HubFrame): void => sendBytes(connection, encode(frame))

/** What an error is about: a request, or a call, or one question of a call. */
export interface About {
  readonly id?: string | undefined
  readonly question?: number | undefined
}

/** Tells what could not be done; an error that is not ours is named `internal` and no more is said of it. */
export function sendError(connection: Connection, error: unknown, { id, question }: About = {}): void {
  const code = error instanceof CodedError ? error.code : 'internal'
  const { retryable, title } = errorCodes[code]
  const detail = error instanceof CodedError ? error.detail : title
  const retryAfterMs = error instanceof CodedError ? error.retryAfterMs : undefined
  const said = {
    ...{ code, detail, retryable },
    ...(retryAfterMs !== undefined && { retry_after_ms: Math.ceil(retryAfterMs) }),
  }
  if (id !== undefined && question !== undefined)
    send(connection, { type: 'call.failed', call_id: id, question, ...said })
  else send(connection, { type: 'error', ...said, ...(id && { request_id: id }) })
}

/** Closes with the code's close code; the code itself is the reason. */
export function closeWith({ socket }: Connection, code: ErrorCode): void {
  socket.close(errorCodes[code].close, code)
}
