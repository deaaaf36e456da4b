import type { Html } from '../html.ts'
import { attributes, html } from '../html.ts'
import { icon } from '../icons.ts'
import { copyButton, onceButtons, saveButton } from '../shown-once.ts'
import type { AccountFacts } from './facts.ts'
import { confirmFirst, formTo, section } from './section.ts'
import { signOutOffer } from './sign-out-offer.ts'

/** Recovery codes: how many are left, and ten new ones. @param codes - Just made, shown this once. */
export const recoverySection = (facts: AccountFacts, codes: readonly string[] = []): Html =>
  section(
    {
      ...{ id: 'recovery', title: 'Recovery codes', icon: 'lifebuoy' },
      note: 'For the day you lose your devices. Each code signs you in once; keep them where you keep other papers.',
    },
    codes.length > 0 ? shown(codes, facts) : left(facts),
  )

/** A toast would lie over them, so what goes with a change of how one gets in stands below. */
const shown = (codes: readonly string[], facts: AccountFacts): Html =>
  html`<div class="account-once" tabindex="-1" autofocus><p role="status">These are your ten codes. They are shown this once: print them, or keep them where you keep other papers.</p>
<ol id="new-codes" class="account-codes">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ol>
${onceButtons(html`${copyButton('new-codes', 'Copy all', 'codes')}${saveButton('new-codes', 'companions-recovery-codes.txt', 'Recovery codes, each good once, for')}`)}</div>${signOutOffer(facts)}`

const left = ({ recoveryCodes, isFresh, hasPasskeys, passkeys }: AccountFacts): Html =>
  html`<p class="account-state">${words(recoveryCodes)}</p>
${isFresh ? makeForm(recoveryCodes, hasPasskeys && passkeys.length === 0) : confirmFirst('recovery', 'to make new codes.')}`

/** The first thing to do, but for a passkey where there is none yet: that is the way in, and these are for its loss. */
const makeForm = (count: number, wantsPasskey: boolean): Html =>
  count > 0
    ? html`<form ${formTo('/account/recovery-codes', 'recovery')} hx-confirm="Make ten new codes? The ones you have end."><button type="submit" class="btn">${icon('again', 'small')}Make new codes</button></form>`
    : html`<form ${formTo('/account/recovery-codes', 'recovery')}><button ${attributes({ type: 'submit', class: wantsPasskey ? 'btn' : 'btn btn-primary' })}>${icon('plus', 'small')}Make ten codes</button></form>`

const words = (count: number): string =>
  count === 0 ? 'You have none.' : `${count} of 10 ${count === 1 ? 'is' : 'are'} left.`
