import { CodedError } from '../../bus/contract/errors.ts'
import type { CallFrame } from '../../bus/contract/frames.ts'
import { callLeaseMs } from '../../bus/contract/limits.ts'
import type { CallAudioFrame, CallEndFrame } from '../../bus/contract/voice.ts'
import { errorFields } from '../../telemetry/logger.ts'
import { startSweep } from '../chat/sweep.ts'
import type { Rooms } from '../house.ts'
import { type Connection, send } from '../hub/connection.ts'
import { type Call, type Calls, dropCall } from './call.ts'
import { askForSound, askForWords } from './questions.ts'
import { lookAtCall, renewCalls } from './renew-calls.ts'
import { endCall, endRefusedCalls, startCall } from './start-call.ts'
import { keepSound } from './utterances.ts'

/** Everything about calls that this hub does (PROTOCOL section 11). */
export interface VoiceRoom {
  /** Does what a frame asks of a call; whoever sends it may chat. @throws CodedError what the page is told. */
  handle(connection: Connection, frame: CallFrame): Promise<void>
  /** A socket has closed. The page may come back on another one: in the store its call goes on until its lease is over. */
  leave(connection: Connection): void
  /** Ends the renewals; resolves when none runs. */
  stop(): Promise<void>
}

/** With a question it is found out whether its call still is, at most this often, in milliseconds. */
const lookAgainMs = 1_000

export function openVoiceRoom(rooms: Rooms): VoiceRoom {
  const calls: Calls = new Map()
  const renewals = startSweep('renew calls', callLeaseMs / 3, rooms.log, async () => {
    await endRefusedCalls(rooms, calls)
    await renewCalls(rooms, calls, [...calls.values()])
  })
  return {
    handle: async (connection, frame) => {
      switch (frame.type) {
        case 'call.start':
          return startCall(rooms, calls, connection, frame)
        case 'call.audio':
          return takeSound(connection, frame)
        case 'call.transcribe':
          return askForWords(rooms, lookedAt(rooms, calls, callOf(connection, frame)), frame)
        case 'call.say':
          return askForSound(rooms, lookedAt(rooms, calls, callOf(connection, frame)), frame)
        case 'call.end':
          return hangUp(rooms, calls, connection, frame)
      }
    },
    leave: ({ call }) => {
      if (call !== undefined) dropCall(calls, call)
    },
    stop: () => renewals.stop(),
  }
}

/** Many times a second for each call: nothing here waits. */
function takeSound(connection: Connection, frame: CallAudioFrame): void {
  const { call_id, utterance } = frame
  const offset = keepSound(callOf(connection, frame).utterances, frame)
  if (offset !== undefined) send(connection, { type: 'call.missing', call_id, utterance, offset })
}

/** @throws CodedError `not_found` where this socket does not have the call. */
function callOf({ call }: Connection, { call_id }: { call_id: string }): Call {
  if (call?.id !== call_id) throw new CodedError('not_found', 'This call is not open here')
  return call
}

/** A call that was replaced elsewhere is to be noticed before the next renewal; the question does not wait for it. */
function lookedAt(rooms: Rooms, calls: Calls, call: Call): Call {
  if (performance.now() - call.lookedAtMs > lookAgainMs)
    lookAtCall(rooms, calls, call).catch((error: unknown) =>
      rooms.log.debug(errorFields(error), 'A call is not looked up again'),
    )
  return call
}

/** Also a call that another socket had: its page went on here, and ends it before it says so. */
async function hangUp(
  rooms: Rooms,
  calls: Calls,
  connection: Connection,
  { call_id }: CallEndFrame,
): Promise<void> {
  const { call } = connection
  if (call?.id === call_id) return endCall(rooms, calls, call)
  await rooms.store.calls.end(connection.person.user.id, call_id)
}
