import type { Database, Queries } from './database.ts'

/** Most flows one browser has under way; a further one ends the oldest. */
export const maxFlowsPerBrowser = 10

/**
 * What is under way between this house and somewhere else: a sign-in at a provider, a passkey's challenge, or the id of
 * a message that may come only once. It may begin on one hub and end on another.
 */
export interface Flow {
  /** SHA-256, in hexadecimal, of what comes back (`state`, a challenge's id). */
  readonly stateHash: string
  /** SHA-256 of what the browser's cookie holds: nobody else ends this flow. */
  readonly bindingHash: string
  readonly json: string
  readonly expiresAt: number
}

export interface FlowStore {
  /** @returns false where one with this state is there already. */
  create(flow: Flow, now: number): Promise<boolean>
  /** Uses a flow up: of two who come with the same state, one gets it. Another browser's is left alone. */
  take(stateHash: string, bindingHash: string, now: number): Promise<string | undefined>
  deleteExpired(now: number): Promise<void>
}

export function createFlowStore(database: Database): FlowStore {
  return {
    create: (flow, now) => database.write((queries) => create(queries, flow, now)),
    take: (stateHash, bindingHash, now) =>
      database.write(async (queries) => {
        const taken = await queries
          .deleteFrom('flows')
          .where('state_hash', '=', stateHash)
          .where('binding_hash', '=', bindingHash)
          .returning(['flow_json', 'expires_at'])
          .executeTakeFirst()
        return taken !== undefined && taken.expires_at > now ? taken.flow_json : undefined
      }),
    deleteExpired: (now) =>
      database.write(async (queries) => {
        await queries.deleteFrom('flows').where('expires_at', '<=', now).execute()
      }),
  }
}

async function create(queries: Queries, flow: Flow, now: number): Promise<boolean> {
  const { stateHash: state_hash, bindingHash: binding_hash, expiresAt: expires_at } = flow
  const { numInsertedOrUpdatedRows } = await queries
    .insertInto('flows')
    .values({ state_hash, binding_hash, flow_json: flow.json, expires_at })
    .onConflict((conflict) => conflict.column('state_hash').doNothing())
    .executeTakeFirst()
  if ((numInsertedOrUpdatedRows ?? 0n) === 0n) return false
  const own = await queries
    .selectFrom('flows')
    .select('state_hash')
    .where('binding_hash', '=', binding_hash)
    .where('expires_at', '>', now)
    .orderBy('expires_at', 'desc')
    .execute()
  const surplus = own.slice(maxFlowsPerBrowser).map((row) => row.state_hash)
  if (surplus.length > 0) await queries.deleteFrom('flows').where('state_hash', 'in', surplus).execute()
  return true
}
