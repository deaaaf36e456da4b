import type { User } from './accounts.ts'
import type { Database } from './database.ts'
import {
  type EverybodysSessions,
  endEverybodysSessions,
  endOfIdentity,
  endOtherSessions,
  endSessions,
} from './session-endings.ts'
import { create, find, list, living, proofOf, rotate, touch } from './session-queries.ts'

/** What proved who the person is, where a provider did. */
export interface SessionProof {
  readonly provider: string
  readonly issuer: string
  readonly subject: string
  /** The provider's own name for its session, and what signing out there wants to see. */
  readonly sid?: string
  readonly idToken?: string
}

/** How a session begins where no provider does. No slug of a provider is called so. */
export type OwnWay = 'passkey' | 'recovery_code' | 'owner_link'

export interface NewSession {
  /** The SHA-256 of the token, in hexadecimal. */
  readonly tokenHash: string
  readonly id: string
  readonly userId: string
  readonly createdAt: number
  /** When the person proved who they are; absent: when it was created. */
  readonly signedInAt?: number
  readonly expiresAt: number
  /** From the browser's own words, for the list of sessions. */
  readonly device?: string
  readonly proof?: SessionProof
  readonly way?: OwnWay
  /** The guest that the browser was until now. */
  readonly guestId?: string
}

export interface FoundSession {
  readonly user: User
  /** Null: made by an older hub, and named by the first `touch`. */
  readonly id: string | null
  readonly createdAt: number
  readonly expiresAt: number
  readonly lastUsedAt: number
  /** When the person last proved who they are. */
  readonly signedInAt: number
  readonly rotationDue: boolean
  /** By the token before the last rotation, which is taken for a moment. */
  readonly byPrevious: boolean
}

/** A session as its person sees it in the list. */
export interface SessionSummary {
  readonly id: string
  readonly createdAt: number
  readonly lastUsedAt: number
  readonly device: string | null
  /** How it began: the slug of a provider or an `OwnWay`; null: nobody proved anything, or an older hub made it. */
  readonly way: string | null
}

/** Sessions by the hash of their token. What ends one is told to all hubs by a revocation of the same transaction. */
export interface SessionStore {
  create(session: NewSession): Promise<void>
  /** Not the sessions of a disabled user. */
  find(tokenHash: string, now: number): Promise<FoundSession | undefined>
  /** Notes a use, moves the end, and names a session that has no id. */
  touch(tokenHash: string, use: { now: number; expiresAt: number; id: string }): Promise<void>
  /** Gives a session a new token; the old one is taken until `graceUntil`. @returns false where another request did. */
  rotate(tokenHash: string, rotated: { tokenHash: string; graceUntil: number }): Promise<boolean>
  proofOf(id: string): Promise<SessionProof | undefined>
  /** Last used first. */
  list(userId: string, now: number): Promise<SessionSummary[]>
  /** Which of these sessions go on; what is left out is over. */
  living(ids: readonly string[], now: number): Promise<{ id: string; user: User }[]>
  end(userId: string, id: string, now: number): Promise<boolean>
  /** Ends all of a person's but one. @returns how many. */
  endOthers(userId: string, keptId: string | null, now: number): Promise<number>
  /** Ends up to `limit` sessions, begun by `now`, of everybody but guests, and but one. @returns how many. */
  endEverybodys(which: EverybodysSessions): Promise<number>
  /** What a provider signed out: one session of its own (`sid`), or all of a subject's. @returns how many. */
  endOfIdentity(of: { issuer: string; subject?: string; sid?: string }, now: number): Promise<number>
  deleteExpired(now: number): Promise<void>
}

export function createSessionStore(database: Database): SessionStore {
  return {
    create: (session) => database.write((queries) => create(queries, session)),
    find: (tokenHash, now) => database.read((queries) => find(queries, tokenHash, now)),
    touch: (tokenHash, use) => database.write((queries) => touch(queries, tokenHash, use)),
    rotate: (tokenHash, rotated) => database.write((queries) => rotate(queries, tokenHash, rotated)),
    proofOf: (id) => database.read((queries) => proofOf(queries, id)),
    list: (userId, now) => database.read((queries) => list(queries, userId, now)),
    living: (ids, now) => database.read((queries) => living(queries, ids, now)),
    end: (userId, id, now) =>
      database.write(async (queries) => (await endSessions(queries, userId, now, [id])) > 0),
    endOthers: (userId, keptId, now) =>
      database.write((queries) => endOtherSessions(queries, userId, now, keptId)),
    endEverybodys: (which) => database.write((queries) => endEverybodysSessions(queries, which)),
    endOfIdentity: (of, now) => database.write((queries) => endOfIdentity(queries, of, now)),
    deleteExpired: (now) =>
      database.write(async (queries) => {
        await queries.deleteFrom('sessions').where('expires_at', '<=', now).execute()
      }),
  }
}
