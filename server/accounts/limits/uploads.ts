import { CodedError } from '../../../bus/contract/errors.ts'
import type { Rooms } from '../../house.ts'
import type { User } from '../../store/store.ts'
import { startOf } from './quotas.ts'

const dayMs = 24 * 60 * 60_000
export const mib = 1024 * 1024

/** Largest file that may be uploaded, in bytes; `UPLOADS_PER_DAY` says so too. */
export const maxUploadBytes = 16 * mib

/** What stands around the file in a form, in bytes: its name, its type, and the marks between. */
const maxFormBytes = 16 * 1024

/** What one person's bytes of a day (UTC) are counted under. */
export const uploadCounter = (userId: string, now: number) => ({
  key: `uploads:${userId}`,
  windowStart: startOf(now, dayMs),
})

/**
 * Counts an upload, before any of it is read; all hubs count together. What is refused counts nothing.
 *
 * @param bytes - of the whole form.
 * @throws CodedError `frame_too_large`, or `rate_limited` with when there is room again; both in words for people.
 */
export async function countUpload(
  { store, rules }: Pick<Rooms, 'store' | 'rules'>,
  { id, role }: Pick<User, 'id' | 'role'>,
  bytes: number,
): Promise<void> {
  const perDay = (await rules()).uploadMibPerDay[role]
  const most = perDay * mib
  const mostAtOnce = perDay === 0 ? maxUploadBytes : Math.min(maxUploadBytes, most)
  if (bytes > mostAtOnce + maxFormBytes)
    throw new CodedError('frame_too_large', `The file has more than ${mostAtOnce / mib} MiB`)
  const now = Date.now()
  const counter = uploadCounter(id, now)
  if (perDay === 0 || (await store.limits.take(counter, Math.min(bytes, most), most))) return
  const limit = `This house’s limit of ${perDay.toLocaleString('en-GB')} MiB of uploads a day is reached`
  const retryAfterMs = counter.windowStart + dayMs - now
  throw new CodedError('rate_limited', `${limit}, and there is room again tomorrow (UTC)`, { retryAfterMs })
}
