import { type LinkedIdentity, maxIdentitiesPerUser } from '../../store/identities.ts'
import { isSameIssuer } from '../../store/issuers.ts'
import { timeWords } from '../clock.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import { providerMark } from '../provider-marks.ts'
import type { NamedProvider } from '../sign-in-page.ts'
import { type AccountFacts, standingOf } from './facts.ts'
import { confirmFirst, formTo, row, rows, section } from './section.ts'

/** Accounts elsewhere that one signs in with; absent where the house has no provider and the person no such account. */
export function providersSection(facts: AccountFacts): Html | false {
  const { providers, identities } = facts
  if (providers.length === 0 && identities.length === 0) return false
  return section(
    {
      ...{ id: 'providers', title: 'Linked accounts', icon: 'link' },
      note: 'Sign in here with an account you have elsewhere. It tells this house who you are, and nothing more.',
    },
    html`${identities.length > 0 && rows(identities.map((one) => identityRow(one, facts)))}
${facts.isFresh ? linkMore(facts) : confirmFirst('providers', 'to link an account, or take one away.')}`,
  )
}

function identityRow(identity: LinkedIdentity, facts: AccountFacts): Html {
  const { slug, name } = providerOf(identity, facts.providers)
  const { isLast, words } = standingOf(identity, facts)
  return row({
    mark: providerMark(slug),
    name: html`${name} · ${identity.label}`,
    note: html`${identity.email !== null && `${identity.email} · `}last used ${timeWords(identity.lastUsedAt, facts.clock)}${words}`,
    ...(facts.isFresh && !isLast && { actions: unlinkForm(identity, name) }),
  })
}

const unlinkForm = ({ issuer, subject }: LinkedIdentity, name: string): Html =>
  html`<form ${formTo('/account/unlink', 'providers')} hx-confirm="Unlink this account? You cannot sign in with it any more.">
<input type="hidden" name="issuer" value="${issuer}"><input type="hidden" name="subject" value="${subject}">
<button type="submit" class="btn btn-sm account-away" aria-label="Unlink ${name}">Unlink</button></form>`

const linkMore = (facts: AccountFacts): Html | false =>
  facts.identities.length < maxIdentitiesPerUser
    ? linkButtons(unlinked(facts))
    : html`<p class="account-note">You have ${maxIdentitiesPerUser} linked accounts, which is as many as one person may have. Unlink one to link another.</p>`

/** A second account at the same provider would be one more way in that nobody tells from the first. */
const unlinked = ({ providers, identities }: AccountFacts): NamedProvider[] =>
  providers.filter(({ issuer }) => !identities.some((one) => isSameIssuer(one.issuer, issuer)))

/** Forms, since a link of that address could stand anywhere, in an answer too. */
const linkButtons = (providers: readonly NamedProvider[]): Html | false =>
  providers.length > 0 &&
  html`<div class="account-buttons">${providers.map(({ slug, name }) => html`<form method="post" action="/sign-in/${slug}/link"><button type="submit" class="btn">${providerMark(slug)}Link ${name}</button></form>`)}</div>`

/** A provider that is set up no more is called by its address. */
function providerOf({ issuer }: LinkedIdentity, providers: readonly NamedProvider[]): NamedProvider {
  const known = providers.find((one) => isSameIssuer(one.issuer, issuer))
  return known ?? { slug: '', name: URL.parse(issuer)?.host ?? issuer, issuer }
}
