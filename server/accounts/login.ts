import { encode } from '../../bus/contract/codec.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { errorFields } from '../../telemetry/logger.ts'
import type { Rooms } from '../house.ts'
import type { User } from '../store/store.ts'

/** Tells the bus of a sign-in. Nobody waits for it, and signing in works while the bus is away. */
export function publishLogin({ bus, log }: Rooms, user: User): void {
  const timestamp = Date.now() / 1000
  const body = encode({ user_id: user.id, username: user.name, timestamp })
  bus
    .publish(subjects.login(user.id), body, { messageId: `${user.id}.${timestamp}` })
    .catch((error: unknown) => log.debug(errorFields(error), 'A sign-in is not published'))
}
