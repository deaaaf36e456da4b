import { CodedError } from '../../../bus/contract/errors.ts'
import { audit } from '../../accounts/audit.ts'
import {
  type HouseRules,
  isFixed,
  type RuleName,
  readHouseRules,
  setHouseRules,
} from '../../accounts/house-rules.ts'
import { requireFresh, requireMay } from '../../accounts/permissions.ts'
import type { PerRole } from '../../config-limits.ts'
import { type Role, roles } from '../../store/accounts.ts'
import type { Html } from '../html.ts'
import { attributes, html } from '../html.ts'
import { fieldOf } from '../request-fields.ts'
import type { View } from '../view.ts'
import { frame } from './frame.ts'
import { isRole } from './person.ts'
import type { AdminVisit } from './visit.ts'
import { roleWords, wordsOfDone } from './words.ts'

export const rulesPath = '/admin/rules'

type Limit = Exclude<RuleName, 'signUp'>

interface LimitFacts {
  readonly title: string
  readonly note: string
  readonly variable: string
  readonly least: number
  readonly most: number
  /** What 0 is called; unsaid, it is no limit. */
  readonly none?: string
}

const limits: Readonly<Record<Limit, LimitFacts>> = {
  messagesPerMinute: {
    ...{ title: 'Messages a minute', note: '0 is no limit.', variable: 'MESSAGES_PER_MINUTE' },
    ...{ least: 0, most: 10_000 },
  },
  tokensPerDay: {
    ...{
      title: 'Tokens a day',
      note: 'Of prompts and answers, by UTC days. 0 is no limit.',
      variable: 'TOKENS_PER_DAY',
    },
    ...{ least: 0, most: 1_000_000_000_000 },
  },
  uploadMibPerDay: {
    ...{
      title: 'Uploads a day',
      note: 'In MiB, by UTC days: the files with which people bring their conversations. 0 is no limit.',
      variable: 'UPLOADS_PER_DAY',
    },
    ...{ least: 0, most: 1_000_000 },
  },
  concurrentReplies: {
    ...{
      title: 'Replies at once',
      note: 'Further messages are taken, and wait.',
      variable: 'CONCURRENT_REPLIES',
    },
    ...{ least: 1, most: 32 },
  },
  concurrentCalls: {
    ...{
      title: 'Calls at once',
      note: 'Of one person, on all their devices. 0 is no calls.',
      variable: 'CONCURRENT_CALLS',
    },
    ...{ least: 0, most: 32, none: 'none' },
  },
}

const limitNames = Object.keys(limits) as Limit[]

const signUpWords: Readonly<Record<HouseRules['signUp'], string>> = {
  invitation: 'By invitation or list',
  open: 'Everybody, unless there is a list',
  closed: 'Nobody new',
}

/** Who may sign up, and how much one may do. What the environment decides is shown and not asked. */
export async function showRules({ rooms, request, view, who }: AdminVisit & { view: View }): Promise<Html> {
  const { config } = rooms
  const rules = await readHouseRules(rooms)
  return frame(view, {
    title: 'Rules',
    here: rulesPath,
    credential: who.credential,
    done: wordsOfDone(fieldOf(request.query, 'done')),
    main: html`<section class="card-of"><h2 id="sign-up">Who may sign up</h2>
${isFixed(config, 'signUp') ? fixed('SIGN_UP', signUpWords[rules.signUp]) : signUpForm(rules.signUp)}
${lists(config)}</section>
${limitNames.map((name) => (isFixed(config, name) ? fixedLimit(name, rules[name]) : limitForm(name, rules[name])))}`,
  })
}

/** What a rule was set to, as the log has it: the variable that would set it, and its value. */
export function ruleWords(variable: string, value: string): string {
  if (variable === 'SIGN_UP')
    return `who may sign up: ${isSignUp(value) ? signUpWords[value].toLowerCase() : value}`
  const name = limitNames.find((one) => limits[one].variable === variable)
  const perRole = value.split(',').map((part) => part.split('='))
  const said = perRole.map(
    ([role, most]) => `${isRole(role) ? roleWords[role] : role} ${limitWords(Number(most), name)}`,
  )
  return `${name === undefined ? variable : limits[name].title}: ${said.join(', ')}`
}

function limitWords(most: number, name?: Limit): string {
  const none = (name && limits[name].none) ?? 'no limit'
  return most === 0 ? none : most.toLocaleString('en')
}

const signUpForm = (chosen: HouseRules['signUp']): Html =>
  html`<form class="desk-line" method="post" action="${rulesPath}/sign-up"><select class="select" name="sign_up" aria-labelledby="sign-up">${Object.entries(signUpWords).map(([value, words]) => html`<option ${attributes({ value, selected: value === chosen })}>${words}</option>`)}</select><button type="submit" class="btn">Save</button></form>`

const fixed = (variable: string, value: string): Html =>
  html`<p class="desk-fixed"><span>${value}</span><span class="meta">set by <code>${variable}</code> where the house is started</span></p>`

function lists({ signUpDomains, signUpEmails, adminEmails }: AdminVisit['rooms']['config']): Html | false {
  const named = [
    ['SIGN_UP_DOMAINS', signUpDomains],
    ['SIGN_UP_EMAILS', signUpEmails],
    ['ADMIN_EMAILS', adminEmails],
  ] as const
  const set = named.filter(([, values]) => values.length > 0)
  return (
    set.length > 0 &&
    html`<ul class="plain-list">${set.map(([variable, values]) => html`<li><span>${values.join(', ')}</span><span class="meta"><code>${variable}</code></span></li>`)}</ul>`
  )
}

const fixedLimit = (name: Limit, value: PerRole): Html =>
  html`<section class="card-of"><h2>${limits[name].title}</h2>${fixed(limits[name].variable, roles.map((role) => `${roleWords[role]} ${limitWords(value[role], name)}`).join(', '))}</section>`

const limitForm = (name: Limit, value: PerRole): Html => {
  const { title, note, least, most } = limits[name]
  const field = (role: Role) =>
    html`<div class="setting"><label for="${name}-${role}">${roleWords[role]}</label><input ${attributes({ id: `${name}-${role}`, class: 'input', type: 'number', name: role, value: value[role], min: least, max: most, required: true, inputmode: 'numeric' })}></div>`
  return html`<section class="card-of"><h2>${title}</h2><form class="desk-form" method="post" action="${rulesPath}/limits/${name}">${roles.map(field)}<button type="submit" class="btn">Save</button></form><p class="setting-note">${note}</p></section>`
}

export async function postSignUp(visit: AdminVisit): Promise<string> {
  requireFresh(visit.who, 'administer')
  const wanted = fieldOf(visit.request.body, 'sign_up')
  if (!isSignUp(wanted)) throw new CodedError('request_invalid')
  return change(visit, { signUp: wanted }, { rule: 'SIGN_UP', value: wanted })
}

export async function postLimit(visit: AdminVisit): Promise<string> {
  requireMay(visit.who, 'administer')
  const { body, params } = visit.request
  const name = limitNames.find((one) => one === fieldOf(params, 'name'))
  if (name === undefined) throw new CodedError('not_found')
  const numberOf = (role: Role) => {
    const text = fieldOf(body, role) ?? ''
    return /^\d{1,13}$/.test(text) ? Number(text) : Number.NaN
  }
  const value: PerRole = { user: numberOf('user'), premium: numberOf('premium'), admin: numberOf('admin') }
  const said = roles.map((role) => `${role}=${value[role]}`).join(',')
  return change(visit, { [name]: value }, { rule: limits[name].variable, value: said })
}

async function change(
  { rooms, who }: AdminVisit,
  rules: Partial<HouseRules>,
  facts: { rule: string; value: string },
): Promise<string> {
  const by = { userId: who.user.id, now: Date.now() }
  if (!(await setHouseRules(rooms, rules, by)))
    throw new CodedError('request_invalid', 'That value is not one this rule takes, so nothing was changed.')
  const { user, address } = who
  await audit(rooms, { act: 'house-setting-changed', actorId: user.id, facts, ...(address && { address }) })
  return `${rulesPath}?done=rules`
}

const isSignUp = (text: string | undefined): text is HouseRules['signUp'] =>
  text !== undefined && Object.hasOwn(signUpWords, text)
