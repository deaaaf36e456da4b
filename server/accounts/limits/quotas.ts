import type { HubConfig } from '../../config.ts'
import type { Quota } from '../../store/limits.ts'
import { tokenCounter } from '../../store/limits.ts'
import type { User } from '../../store/store.ts'

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

export type QuotaSettings = Pick<HubConfig, 'messagesPerMinute' | 'tokensPerDay'>

/** What one more message of this person counts against now; all hubs count together. */
export function messageQuotas(settings: QuotaSettings, user: User, now: number): Quota[] {
  const { id, role } = user
  const perMinute = settings.messagesPerMinute[role]
  const minute = startOf(now, minuteMs)
  return [
    ...(perMinute === 0
      ? []
      : [
          {
            counter: { key: `messages:${id}`, windowStart: minute },
            amount: 1,
            most: perMinute,
            retryAfterMs: minute + minuteMs - now,
            detail: `This house’s limit of ${inWords(perMinute, 'message')} a minute is reached`,
          },
        ]),
    ...tokenQuotas(settings, user, now),
  ]
}

/** Tokens are counted when an answer is stored; a further one is refused once they are used up. */
export function tokenQuotas(
  settings: Pick<QuotaSettings, 'tokensPerDay'>,
  { id, role }: User,
  now: number,
): Quota[] {
  const perDay = settings.tokensPerDay[role]
  const counter = tokenCounter(id, now)
  if (perDay === 0) return []
  const detail = `This house’s limit of ${inWords(perDay, 'token')} a day is reached, and there are new ones tomorrow (UTC)`
  return [{ counter, amount: 0, most: perDay - 1, retryAfterMs: counter.windowStart + dayMs - now, detail }]
}

const inWords = (count: number, what: string): string =>
  `${count.toLocaleString('en-GB')} ${what}${count === 1 ? '' : 's'}`

export const startOf = (now: number, windowMs: number): number => Math.floor(now / windowMs) * windowMs
