import { Type } from 'typebox'
import { choice, duration, names } from '../settings/kinds.ts'
import { type ReadText, splitAtCommas } from '../settings/read-text.ts'
import { settingsOf } from '../settings/setting.ts'
import { type Role, roles } from './store/accounts.ts'

const day = 24 * 60 * 60_000

/** Compared without regard to case, as people write them. */
const readDomains: ReadText = (text) => {
  const domains = splitAtCommas(text.toLowerCase()).map((one) => one.replace(/^@/, ''))
  return domains.every((one) => /^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(one)) ? domains : undefined
}

const readEmails: ReadText = (text) => {
  const emails = splitAtCommas(text.toLowerCase())
  return emails.every((one) => /^[^@\s]+@[^@\s]+$/.test(one)) ? emails : undefined
}

const readGroups: ReadText = (text) => {
  const pairs = splitAtCommas(text).map((one) => /^(.+)=(\w+)$/.exec(one))
  if (!pairs.every((pair) => pair !== null && isRole(pair[2]))) return undefined
  return pairs.map((pair) => ({ group: pair?.[1]?.trim(), role: pair?.[2] }))
}

const isRole = (text: string | undefined): text is Role => roles.some((role) => role === text)

const list = { schema: Type.Array(Type.String(), { maxItems: 1_000 }), absent: [] }
const domains = settingsOf({
  ...list,
  read: readDomains,
  takes: 'domains such as example.org, with commas between them',
})
const emails = settingsOf({
  ...list,
  read: readEmails,
  takes: 'e-mail addresses with commas between them',
})
const groups = settingsOf({
  schema: Type.Array(Type.Object({ group: Type.String(), role: Type.Unsafe<Role>(Type.Enum([...roles])) }), {
    maxItems: 100,
  }),
  read: readGroups,
  takes: `group=role with commas between them, each role one of ${roles.join(', ')}`,
  absent: [],
})

/** Who may come in, and for how long. */
export const accountSettings = {
  signUp: choice(
    'open',
    'invitation',
    'closed',
  )('SIGN_UP', {
    default: 'invitation',
    meaning:
      'Who may make an account by signing in with a provider. invitation: whoever has one or is on a list below. open: everybody, or where a list is set whoever is on it. closed: nobody new but ADMIN_EMAILS.',
  }),
  signUpDomains: domains('SIGN_UP_DOMAINS', {
    meaning: 'Domains whose verified e-mail addresses may sign up without an invitation.',
  }),
  signUpEmails: emails('SIGN_UP_EMAILS', {
    meaning: 'Verified e-mail addresses that may sign up without an invitation.',
  }),
  ownerLink: choice('auto', 'always')('OWNER_LINK', {
    default: 'auto',
    meaning:
      'auto: a start prints a one-time owner link, where one is needed, while no admin has another way in that the sign-in page offers: a passkey, a provider’s account or a recovery code. always: every start prints one. For one start, where who should come in lost all of those.',
  }),
  adminEmails: emails('ADMIN_EMAILS', {
    meaning: 'Verified e-mail addresses whose bearers may always sign up, and become admins by signing in.',
  }),
  adminEmailsFrom: names('ADMIN_EMAILS_FROM', {
    meaning:
      'By whose word ADMIN_EMAILS goes: google, discord, github, twitch, names of OIDC_ISSUERS, or proxy, with commas between them. Without it: by those four, and by any other that is the only way in.',
  }),
  roleGroups: groups('ROLE_GROUPS', {
    meaning:
      'Roles by the groups an OIDC provider names, as group=role with commas between them, for example staff=premium,house-admins=admin. With it the groups decide at each sign-in with a provider of ROLE_GROUPS_FROM.',
  }),
  roleGroupsFrom: names('ROLE_GROUPS_FROM', {
    meaning:
      'Whose groups ROLE_GROUPS goes by: names of OIDC_ISSUERS, or proxy for the one of PROXY_IDENTITY_ISSUER, with commas between them.',
  }),
  sessionIdleMs: duration(60 * 60_000, 400 * day)('SESSION_IDLE', {
    default: '30d',
    meaning: 'A session nobody used for this long is over. A guest’s ends after 180 days without use.',
  }),
  sessionLifetimeMs: duration(60 * 60_000, 400 * day)('SESSION_LIFETIME', {
    default: '180d',
    meaning: 'A session is over this long after its sign-in, used or not. Guests’ have no such end.',
  }),
}
