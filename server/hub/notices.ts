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
  tellChanged(person, { kind, conversation_id, ...(request_id && { request_id }) })
}

/** The same for what this hub found out by itself. */
export function tellChanged(person: Person, changed: Omit<ChatChanged, 'type'>): void {
  const bytes = encode({ type: 'chat.changed', ...changed } satisfies ChatChanged)
  for (const connection of person.connections) if (connection.welcomed) sendBytes(connection, bytes)
  if (changed.request_id !== undefined && changed.kind === 'stored') dropTail(person, changed.request_id)
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
