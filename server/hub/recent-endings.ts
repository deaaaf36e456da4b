import type { AccessChange } from '../../bus/contract/access.ts'
import type { Credential } from '../accounts/request-user.ts'
import type { User } from '../store/store.ts'

/** A socket that was being opened when its access ended is here long before this, in milliseconds. */
const rememberedMs = 60_000
const mostRemembered = 10_000

/**
 * What ended a moment ago. Who asks is found out before the upgrade, and the socket comes after it: an end between the
 * two would miss the socket.
 */
export class RecentEndings {
  readonly #endedAtMs = new Map<string, number>()

  add({ kind, ended, user_id }: AccessChange): void {
    if (kind === 'changed') return
    const nowMs = performance.now()
    for (const id of kind === 'ended' ? ended : [user_id]) {
      this.#endedAtMs.delete(id)
      this.#endedAtMs.set(id, nowMs)
    }
    for (const [id, atMs] of this.#endedAtMs) {
      if (this.#endedAtMs.size <= mostRemembered && nowMs - atMs < rememberedMs) break
      this.#endedAtMs.delete(id)
    }
  }

  /** Somebody all of whose access ended may come again with a session opened since; not at once, but soon. */
  has(user: User, credential: Credential): boolean {
    const isRecent = (id: string) =>
      performance.now() - (this.#endedAtMs.get(id) ?? Number.NEGATIVE_INFINITY) < rememberedMs
    return isRecent(credential.id) || isRecent(user.id)
  }
}
