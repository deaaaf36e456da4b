import { CodedError } from '../../bus/contract/errors.ts'
import type { ChatAccepted, ClientFrame, Hello } from '../../bus/contract/frames.ts'
import { isOpenState } from '../../bus/contract/history.ts'
import { heartbeatMs, maxFrameBytes } from '../../bus/contract/limits.ts'
import { protocolVersion } from '../../bus/contract/protocol.ts'
import { streams } from '../../bus/contract/streams.ts'
import { requireMay } from '../accounts/permissions.ts'
import type { ChatRoom } from '../chat/chat-room.ts'
import type { Rooms } from '../house.ts'
import type { VoiceRoom } from '../voice/voice-room.ts'
import { type Connection, send } from './connection.ts'
import { beforeAll, tailOf } from './reply-tail.ts'
import { resumeReply } from './resume.ts'

/** Where frames lead. */
export interface FrameRooms {
  readonly rooms: Rooms
  readonly chat: ChatRoom
  readonly voice: VoiceRoom
}

/**
 * Does what one valid frame asks.
 *
 * @throws CodedError what the browser is told; before `welcome` it also ends the socket.
 */
export async function handleFrame(
  { rooms, chat, voice }: FrameRooms,
  connection: Connection,
  frame: ClientFrame,
): Promise<void> {
  if (frame.type === 'hello') return welcome(rooms, connection, frame)
  if (!connection.welcomed) throw new CodedError('hello_expected')
  switch (frame.type) {
    case 'ping':
      return send(connection, { type: 'pong', id: frame.id })
    case 'chat.send': {
      requireMay(askerOf(connection), 'chat')
      const { type: _type, ...asked } = frame
      const accepted = await chat.accept(connection.person.user, asked)
      expectReply(connection, accepted)
      return send(connection, accepted)
    }
    case 'chat.cancel':
      requireMay(askerOf(connection), 'chat')
      return chat.cancel(connection.person.user.id, frame.request_id, frame.heard_offset)
    case 'chat.resume':
      requireMay(askerOf(connection), 'read-own')
      return resumeReply(rooms, connection, frame.request_id, frame)
    default:
      requireMay(askerOf(connection), 'chat')
      return voice.handle(connection, frame)
  }
}

/** Asked anew with each frame: the role may have changed since the socket was opened. */
const askerOf = ({ person, credential }: Connection) => ({ user: person.user, credential })

function welcome(rooms: Rooms, connection: Connection, hello: Hello): void {
  if (connection.welcomed) throw new CodedError('frame_invalid', 'Hello is said once.')
  if (hello.protocol !== protocolVersion) throw new CodedError('protocol_unsupported')
  connection.welcomed = true
  const { id, name } = connection.person.user
  send(connection, {
    type: 'welcome',
    user: { id, name },
    hub: rooms.hubId,
    version: rooms.version.version,
    epoch: rooms.bus.epochOf(streams.log.name),
    heartbeat_ms: heartbeatMs,
    limits: { message_length: rooms.config.maxMessageLength, frame_bytes: maxFrameBytes },
  })
  for (const { request_id, ...from } of hello.resume) resumeReply(rooms, connection, request_id, from)
}

/** From now on a lost first entry would be noticed. */
function expectReply(connection: Connection, { request_id, state }: ChatAccepted): void {
  if (isOpenState(state)) tailOf(connection.person, request_id, beforeAll, performance.now())
}
