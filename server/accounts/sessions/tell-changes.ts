import type { AccessChange } from '../../../bus/contract/access.ts'
import { encode } from '../../../bus/contract/codec.ts'
import { subjects } from '../../../bus/contract/subjects.ts'
import type { Bus } from '../../../bus/nats/bus.ts'
import type { Revocation } from '../../store/revocations.ts'
import type { Store } from '../../store/store.ts'

/** Changes read in one go; the rest follows. */
const pageLength = 100

/** Most changes of which a hub knows that it did or told them; of older ones it may do so again. */
const mostRemembered = 10_000

export interface Telling {
  readonly store: Pick<Store, 'revocations'>
  readonly bus: Pick<Bus, 'state' | 'publish'>
  readonly apply: (change: AccessChange) => void
}

export interface Teller {
  /** Does here what this process noted since it was last asked. Waits for nothing: neither store nor bus is asked. */
  doOwn(): Promise<void>
  /** The chore: does here what was noted, by whomever, and publishes it. */
  tell(): Promise<void>
}

/**
 * Makes what tells of changed access. Each change is done here first, once: that needs no bus. Then it is
 * published, whoever's hub noted it, and its row goes when the bus has it. What this hub noted itself it tells without
 * asking the store, which may be away by now.
 */
export function createTeller({ store: { revocations }, bus, apply }: Telling): Teller {
  const applied = new Set<string>()
  const published = new Set<string>()
  const unpublished = new Map<string, Revocation>()

  const doOnce = (one: Revocation) => {
    if (applied.has(one.id)) return
    apply(messageOf(one))
    remember(applied, one.id)
  }
  const publish = async (one: Revocation) => {
    if (!published.has(one.id)) {
      await bus.publish(subjects.accessChanged, encode(messageOf(one)), { messageId: one.id })
      remember(published, one.id)
    }
    unpublished.delete(one.id)
  }
  const doOwn = async () => {
    for (const one of await revocations.takeNoted()) {
      doOnce(one)
      if (unpublished.size < mostRemembered) unpublished.set(one.id, one)
    }
  }
  const publishOwn = async () => {
    for (const one of unpublished.values()) if (bus.state === 'connected') await publish(one)
  }
  const tellStored = async () => {
    let after: string | undefined
    for (;;) {
      const pending = await revocations.pending(pageLength, after)
      for (const one of pending) doOnce(one)
      for (const one of pending) {
        if (bus.state !== 'connected') break
        await publish(one)
        await revocations.markTold(one.id)
      }
      after = pending.at(-1)?.id
      if (pending.length < pageLength) return
    }
  }
  return {
    doOwn,
    tell: async () => {
      await doOwn()
      try {
        await publishOwn()
      } finally {
        // Neither waits for the other: the store may be away, or the bus take nothing though it is connected.
        await tellStored()
      }
    },
  }
}

/** The oldest goes past the bound. */
function remember(ids: Set<string>, id: string): void {
  ids.add(id)
  if (ids.size <= mostRemembered) return
  for (const oldest of ids) {
    ids.delete(oldest)
    return
  }
}

const messageOf = ({ userId, kind, ended, role, at }: Revocation): AccessChange => ({
  user_id: userId,
  kind,
  ended: [...ended],
  ...(role && { role }),
  timestamp: at / 1000,
})
