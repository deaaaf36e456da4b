import type { AuditEntry } from '../../store/audit.ts'
import type { ExportedMessage } from '../../store/exports.ts'
import type { Conversation, Store, User } from '../../store/store.ts'

const auditPerPage = 200

/** The export's version: raised when a field changes its meaning or goes, and not when one is added. */
export const exportFormat = 'companions-export-1'

/** Everything but the conversations. */
export async function readAccount(store: Store, user: User): Promise<object> {
  const now = Date.now()
  const { passkeys, identities, sessions, apiKeys, recoveryCodes } = store
  const [keys, linked, open, programs, codes, history] = await Promise.all([
    passkeys.list(user.id),
    identities.list(user.id),
    sessions.list(user.id, now),
    apiKeys.list(user.id),
    recoveryCodes.countUnused(user.id),
    readAudit(store, user.id),
  ])
  return {
    format: exportFormat,
    exported_at: iso(now),
    account: {
      ...{ id: user.id, name: user.name, email: user.email, kind: user.kind, role: user.role },
      created_at: iso(user.createdAt),
    },
    linked_accounts: linked.map((one) => ({
      ...{ issuer: one.issuer, subject: one.subject, name: one.label, email: one.email },
      ...{
        email_verified: one.emailVerified,
        linked_at: iso(one.createdAt),
        last_used_at: iso(one.lastUsedAt),
      },
    })),
    passkeys: keys.map((one) => ({
      ...{ id: one.credentialId, name: one.name, backed_up: one.backedUp },
      ...{ created_at: iso(one.createdAt), last_used_at: iso(one.lastUsedAt) },
    })),
    recovery_codes_left: codes,
    sessions: open.map((one) => ({
      ...{ id: one.id, device: one.device, signed_in_by: one.way },
      ...{ signed_in_at: iso(one.createdAt), last_used_at: iso(one.lastUsedAt) },
    })),
    api_keys: programs.map((one) => ({
      ...{
        id: one.id,
        name: one.name,
        prefix: one.prefix,
        scopes: one.scopes,
        created_at: iso(one.createdAt),
      },
      ...{
        expires_at: iso(one.expiresAt),
        last_used_at: iso(one.lastUsedAt),
        revoked_at: iso(one.revokedAt),
      },
    })),
    history,
  }
}

export const conversationJson = (one: Conversation): object => ({
  ...{ id: one.id, title: one.title, system_prompt: one.systemPrompt, temperature: one.temperature },
  ...{ max_tokens: one.maxTokens, model: one.model, active_leaf_id: one.activeLeafId },
  ...{ created_at: iso(one.createdAt), updated_at: iso(one.updatedAt) },
})

export const messageJson = (one: ExportedMessage): object => ({
  ...{ id: one.id, parent_id: one.parentId, role: one.role, content: one.content, thoughts: one.thoughts },
  ...{ model: one.model, state: one.state, finish_reason: one.finishReason, error: one.error },
  ...{ usage: one.usage, timings: one.timings, created_at: iso(one.createdAt) },
})

/** What the log says of this person; the log is kept for a year. */
async function readAudit(store: Store, userId: string): Promise<object[]> {
  const entries: AuditEntry[] = []
  let before: string | undefined
  do {
    const cursor = before === undefined ? {} : { before }
    const page = await store.audit.list({ limit: auditPerPage, subjectId: userId, ...cursor })
    entries.push(...page.items)
    before = entries.length < mostAudit ? page.next : undefined
  } while (before !== undefined)
  // Whoever else acted on the account, an admin, has an address that is not this person's to take home.
  return entries.map(({ at, act, actorId, address, facts }) => ({
    ...{ at: iso(at), act, facts },
    ...(actorId === userId && { address }),
  }))
}

/** The newest of a person's entries in the log; a year of signing in five times a day. */
const mostAudit = 2_000

const iso = (unixMs: number | null): string | null =>
  unixMs === null ? null : new Date(unixMs).toISOString()
