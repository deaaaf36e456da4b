import type { RawData } from 'ws'
import { CodedError } from '../../bus/contract/errors.ts'
import type { ClientFrame } from '../../bus/contract/frames.ts'
import {
  maxFramesPerSecond,
  maxHelloBytes,
  maxRefusedFrames,
  maxWaitingFrames,
} from '../../bus/contract/limits.ts'
import { errorFields, type Logger } from '../../telemetry/logger.ts'
import { aboutOf, BadFrame, readClientFrame } from './client-frame.ts'
import { type Connection, closeWith, sendError } from './connection.ts'

/** Handles a frame. @throws what the browser is told. */
export type FrameHandler = (connection: Connection, frame: ClientFrame) => Promise<void>

/**
 * Takes what a socket sent: bytes that are no frame end it, a frame that is not valid is answered with an error, a
 * valid one is handled after those before it. Once the hub has closed the socket nothing more is taken: the peer may
 * put off its own close for half a minute, and it was perhaps closed because its session ended.
 */
export function receive(
  connection: Connection,
  data: RawData,
  isBinary: boolean,
  handle: FrameHandler,
  log: Logger,
): void {
  const { socket } = connection
  if (socket.readyState !== socket.OPEN) return
  const nowMs = performance.now()
  if (connection.welcomed) connection.heardAtMs = nowMs
  try {
    const pastRate = isPastRate(connection, nowMs)
    if (!isBinary || !(data instanceof Uint8Array)) throw new CodedError('frame_malformed')
    if (!connection.welcomed && data.byteLength > maxHelloBytes) throw new CodedError('frame_too_large')
    const frame = readClientFrame(data)
    if (!connection.welcomed && frame.type !== 'hello') throw new CodedError('hello_expected')
    // What it asks for is named, so that the browser sends it again later; reading is bounded by `maxRefusedFrames`.
    if (pastRate || connection.waiting >= maxWaitingFrames)
      throw new BadFrame('rate_limited', undefined, aboutOf(frame))
    connection.badFrames = 0
    enqueue(connection, frame, handle, log)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    if (error instanceof BadFrame && connection.welcomed) refuseFrame(connection, error)
    else closeWith(connection, error.code)
  }
}

function enqueue(connection: Connection, frame: ClientFrame, handle: FrameHandler, log: Logger): void {
  connection.waiting += 1
  const before = connection.handling
  const handling = (before === undefined ? handleOne() : before.then(handleOne)).finally(() => {
    connection.waiting -= 1
    if (connection.handling === handling) connection.handling = undefined
  })
  connection.handling = handling

  async function handleOne(): Promise<void> {
    try {
      await handle(connection, frame)
    } catch (error) {
      if (!(error instanceof CodedError)) log.error(errorFields(error), 'A frame failed')
      if (connection.welcomed) sendError(connection, error, aboutOf(frame))
      else closeWith(connection, error instanceof CodedError ? error.code : 'internal')
    }
  }
}

function refuseFrame(connection: Connection, error: BadFrame): void {
  connection.badFrames += 1
  // Nobody there speaks this protocol.
  if (connection.badFrames >= maxRefusedFrames) closeWith(connection, error.code)
  else sendError(connection, error, error.about)
}

function isPastRate(connection: Connection, nowMs: number): boolean {
  if (nowMs - connection.framesSinceMs >= 1_000) {
    connection.framesSinceMs = nowMs
    connection.frames = 0
  }
  connection.frames += 1
  return connection.frames > maxFramesPerSecond
}
