import { isIP } from 'node:net'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { errorFields } from '../../telemetry/logger.ts'
import type { Rooms } from '../house.ts'
import type { AuditEntry } from '../store/audit.ts'
import type { Folding } from '../store/audit-folded.ts'
import { addressKey } from './limits/address-key.ts'
import { startOf } from './limits/quotas.ts'

/** Every act that is written down. */
export type AuditedAct =
  | 'sign-in'
  | 'sign-in-refused'
  | 'sign-up'
  | 'sign-out'
  | 'session-ended'
  | 'identity-linked'
  | 'identity-unlinked'
  | 'passkey-added'
  | 'passkey-removed'
  | 'recovery-codes-made'
  | 'recovery-code-used'
  | 'api-key-made'
  | 'api-key-revoked'
  | 'owner-link-used'
  | 'role-changed'
  | 'user-disabled'
  | 'user-enabled'
  | 'user-renamed'
  | 'account-exported'
  | 'conversations-imported'
  | 'guest-taken-along'
  | 'account-deleted'
  | 'invitation-made'
  | 'invitation-revoked'
  | 'house-setting-changed'

/** How long the log goes back, in milliseconds. */
export const auditAgeMs = 365 * 24 * 60 * 60_000

/**
 * Whoever is refused may try again as long as they like, from as many addresses as they have: what was refused is told
 * by the hour, one entry for what differs in nothing but its time, and so many entries.
 */
const foldedForMs = 60 * 60_000
const mostFolded = 200

export interface Audited {
  readonly act: AuditedAct
  readonly actorId?: string | null
  readonly subjectId?: string | null
  readonly address?: string
  /** Short facts: a provider's label, a role. Never a token, and nothing that was said. */
  readonly facts?: AuditEntry['facts']
}

/** Writes an act down. What was done stands whether or not that works: a failure is logged, with the act. */
export async function audit({ store, log }: Pick<Rooms, 'store' | 'log'>, audited: Audited): Promise<void> {
  const { act, actorId = null, subjectId = null, facts = {} } = audited
  // A proxy may pass on any text as an address.
  const address = isIP(audited.address ?? '') === 0 ? null : (audited.address ?? null)
  const at = Date.now()
  try {
    const entry = { id: uuidv7(at), at, act, actorId, subjectId, address, facts }
    await (act === 'sign-in-refused'
      ? store.audit.addFolded(entry, foldingOf(audited.address ?? '', at))
      : store.audit.add(entry))
  } catch (error) {
    log.error(
      { act, actor_id: actorId, subject_id: subjectId, ...errorFields(error) },
      'An act is not written down',
    )
  }
}

const foldingOf = (address: string, at: number): Folding => ({
  windowStart: startOf(at, foldedForMs),
  addressKey: addressKey(address),
  most: mostFolded,
})
