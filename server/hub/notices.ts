import { ChatNotify } from '../../bus/contract/chat.ts'
import { checker } from '../../bus/contract/check.ts'
import { decode, encode } from '../../bus/contract/codec.ts'
import { CodedError } from '../../bus/contract/errors.ts'
import type { ChatChanged } from '../../bus/contract/frames.ts'
import { maxHelloBytes } from '../../bus/contract/limits.ts'
import type { BusMessage } from '../../bus/nats/bus.ts'
import { sendBytes } from './connection.ts'
import type { Person } from './people.ts'
import { beforeAll, dropTail, tailOf } from './reply-tail.ts'

const chatNotify = checker(ChatNotify)
const limits = { bytes: maxHelloBytes, depth: 2, elements: 16 }

/** Tells a person's sockets that something changed, here or on another hub. */
export function passNotice(person: Person, { body }: BusMessage): void {
  const notice = readNotice(body)
  if (notice === undefined) return
  const { kind, conversation_id, request_id } = notice
  if (request_id !== undefined && kind === 'message') tailOf(person, request_id, beforeAll, performance.now())
  const changed: ChatChanged = {
    type: 'chat.changed',
    kind,
    conversation_id,
    ...(request_id && { request_id }),
  }
  const bytes = encode(changed)
  for (const connection of person.connections) if (connection.welcomed) sendBytes(connection, bytes)
  if (request_id !== undefined && kind === 'stored') dropTail(person, request_id)
}

/** Notices come from our own hubs; one that is not readable is of a version this one does not know. */
function readNotice(body: Uint8Array): ChatNotify | undefined {
  try {
    const notice = decode(body, limits)
    return chatNotify(notice) ? notice : undefined
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
