import { Type } from 'typebox'
import { Timestamp, Uuid } from './wire.ts'

/**
 * What somebody's access became, for every hub to act on. `ended`: these sessions and keys are over. `everything`: all
 * of the user's are. `changed`: name or role is another; `role` is the new one where that changed.
 */
export const AccessChange = Type.Object({
  user_id: Uuid,
  kind: Type.Union([Type.Literal('ended'), Type.Literal('everything'), Type.Literal('changed')]),
  ended: Type.Array(Uuid),
  role: Type.Optional(Type.Union([Type.Literal('user'), Type.Literal('premium'), Type.Literal('admin')])),
  timestamp: Timestamp,
})
export type AccessChange = Type.Static<typeof AccessChange>
