import type { Generated } from 'kysely'
import type { Role, User } from './accounts.ts'

/** The tables of people and of how they get in. Times are Unix milliseconds, flags 0 or 1. */
export interface AccountTables {
  users: UsersTable
  sessions: SessionsTable
  owner_links: OwnerLinksTable
  identities: IdentitiesTable
  flows: FlowsTable
  invitations: InvitationsTable
  passkeys: PasskeysTable
  recovery_codes: RecoveryCodesTable
  api_keys: ApiKeysTable
  audit_log: AuditLogTable
  limit_counters: LimitCountersTable
  house_settings: HouseSettingsTable
  revocations: RevocationsTable
}

export interface UsersTable {
  id: string
  name: string
  kind: User['kind']
  role: Generated<Role>
  email: string | null
  created_at: number
  disabled_at: number | null
  /** Most of this person's requests that run at once, as last accepted by. */
  running_limit: Generated<number>
  invited_by: string | null
  /** Name and e-mail address, folded (`fold.ts`). */
  search_text: Generated<string>
  /** Of a guest: since when nobody gets to what they said. */
  left_at: number | null
  /** When something last changed in a conversation that was deleted since. */
  talked_at: number | null
  /** When the companion last greeted this person by itself, and the conversation it opened. */
  greeted_at: number | null
  greeting_id: string | null
  /** The last number given to something this person made; see `ordinal` in messages and requests. */
  last_ordinal: Generated<number>
}

export interface SessionsTable {
  token_hash: string
  /** The token before the last rotation is still taken until then, for requests that were under way. */
  previous_hash: string | null
  previous_until: number | null
  /** How everybody but the token's bearer calls it. An older hub makes sessions without; the first use gives one. */
  id: string | null
  user_id: string
  created_at: number
  expires_at: number
  last_used_at: number | null
  /** The last proof of who this is; null: at its beginning. */
  signed_in_at: number | null
  /** The next use gets a new token. */
  rotation_due: Generated<0 | 1>
  device: string | null
  /** How it began: the slug of a provider, or a way of the house's own (`OwnWay`), which has no issuer. */
  provider: string | null
  issuer: string | null
  subject: string | null
  sid: string | null
  id_token: string | null
  /** Whom the browser was before: a guest, whose conversations the person may take along. */
  guest_id: string | null
}

export interface OwnerLinksTable {
  /** Always `owner`: the key that keeps one link valid at a time. */
  slot: 'owner'
  token_hash: string
  expires_at: number
}

export interface IdentitiesTable {
  issuer: string
  subject: string
  user_id: string
  email: string | null
  email_verified: 0 | 1
  label: string
  created_at: number
  last_used_at: number
}

export interface FlowsTable {
  state_hash: string
  binding_hash: string
  flow_json: string
  expires_at: number
}

export interface InvitationsTable {
  id: string
  token_hash: string
  role: Role
  note: string
  created_by: string
  created_at: number
  expires_at: number
  used_by: string | null
  used_at: number | null
}

export interface PasskeysTable {
  credential_id: string
  user_id: string
  public_key: string
  counter: number
  transports_json: string
  backed_up: 0 | 1
  name: string
  created_at: number
  last_used_at: number | null
  /** The relying party's id, as the browser had it; null: not used since an older hub made it. */
  rp_id: string | null
}

export interface RecoveryCodesTable {
  user_id: string
  code_hash: string
  created_at: number
  used_at: number | null
}

export interface ApiKeysTable {
  id: string
  user_id: string
  prefix: string
  hash: string
  name: string
  scopes_json: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  revoked_at: number | null
}

export interface AuditLogTable {
  id: string
  at: number
  act: string
  actor_id: string | null
  subject_id: string | null
  address: string | null
  facts_json: string
}

export interface LimitCountersTable {
  key: string
  window_start: number
  count: number
}

export interface HouseSettingsTable {
  name: string
  value_json: string
  changed_at: number
  changed_by: string | null
}

/** What hubs are still to be told; rows go once the bus has them. */
export interface RevocationsTable {
  id: string
  user_id: string
  revocation_json: string
  created_at: number
}
