import { isUuid } from '../../../bus/contract/ids.ts'
import { roles } from '../../store/accounts.ts'
import type { AuditEntry } from '../../store/audit.ts'
import { isSameIssuer } from '../../store/issuers.ts'
import type { NamedProvider } from '../sign-in-page.ts'
import { ruleWords } from './rules.ts'
import { refusalWords, roleWords } from './words.ts'

type Facts = AuditEntry['facts']
type Fact = string | number | boolean

/** What is written down with an act, in words. What a later version wrote is shown as it stands. */
export function factWords(facts: Facts, providers: readonly NamedProvider[]): string[] {
  const { before, role, rule, value, ...others } = facts
  const said = Object.entries(others).map(([name, fact]) => {
    if (name === 'issuer') return `with ${issuerName(String(fact), providers)}`
    return words[name]?.(fact) ?? `${name}: ${isUuid(fact) ? shortId(fact) : fact}`
  })
  if (before !== undefined) said.push(`from ${roleName(before)} to ${roleName(role)}`)
  else if (role !== undefined) said.push(`as ${roleName(role)}`)
  if (rule !== undefined) said.push(ruleWords(String(rule), String(value)))
  return said
}

/** Enough to tell one from another. */
export const shortId = (id: string): string => id.slice(-6)

const words: Readonly<Record<string, (fact: Fact) => string | undefined>> = {
  by: (fact) => ways[String(fact)],
  reason: (fact) => `reason: ${refusalWords[String(fact)] ?? fact}`,
  everybody: () => 'of everybody',
  ended: (fact) => counted(fact, 'session'),
  times: (fact) => `${fact} times`,
  scattered: () => 'from many addresses',
  count: (fact) => counted(fact, 'session'),
  conversations: (fact) => counted(fact, 'conversation'),
  messages: (fact) => counted(fact, 'message'),
  days: (fact) => `good for ${counted(fact, 'day')}`,
  prefix: (fact) => `${fact}…`,
  scopes: (fact) => `may ${String(fact).split(' ').map(scopeName).join(' and ')}`,
  key: (fact) => `key ${shortId(String(fact))}`,
  invitation: (fact) => `invitation ${shortId(String(fact))}`,
}

const ways: Readonly<Record<string, string>> = {
  passkey: 'with a passkey',
  recovery_code: 'with a recovery code',
  house: 'a guest nobody came back to',
}

const counted = (fact: Fact, thing: string): string => (fact === 1 ? `1 ${thing}` : `${fact} ${thing}s`)

export const scopeName = (scope: string): string => scopeWords[scope] ?? scope

const scopeWords: Readonly<Record<string, string>> = {
  chat: 'speak with companions',
  'read-own': 'read conversations',
}

function roleName(fact: Fact | undefined): string {
  const role = roles.find((one) => one === fact)
  return role === undefined ? String(fact) : roleWords[role]
}

/** A provider that is set up no more is called by its address. */
export const issuerName = (issuer: string, providers: readonly NamedProvider[]): string =>
  providers.find((one) => isSameIssuer(one.issuer, issuer))?.name ?? URL.parse(issuer)?.host ?? issuer
