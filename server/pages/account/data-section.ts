import type { Html } from '../html.ts'
import { html } from '../html.ts'
import { icon } from '../icons.ts'
import type { AccountFacts } from './facts.ts'
import { confirmFirst, formProblem, formTo, section } from './section.ts'

/** What somebody types to have their account deleted. */
export const deletionWords = 'delete my account'

/** Taking one's data along. */
export const exportSection = ({ isFresh }: AccountFacts): Html =>
  section(
    {
      ...{ id: 'data', title: 'Your data', icon: 'download' },
      note: 'Everything this house has of you, in one JSON file: conversations with all their branches, settings, and your account.',
    },
    isFresh
      ? html`<form method="post" action="/account/export"><button type="submit" class="btn">${icon('download', 'small')}Download everything</button></form>`
      : confirmFirst('data', 'to download it.'),
  )

/** Leaving for good. */
export const deletionSection = ({ isFresh }: AccountFacts, problem?: string): Html =>
  section(
    {
      ...{ id: 'deletion', title: 'Leave this house', icon: 'bin' },
      note: 'Deletes your account with every conversation, key and session, at once and for good. Nobody can bring it back.',
    },
    isFresh
      ? html`<form class="account-form account-line" ${formTo('/account/delete', 'deletion')}>
<label class="account-field"><span>Type “${deletionWords}”</span><input class="input" name="confirm" autocomplete="off" autocapitalize="none" spellcheck="false" required></label>
<button type="submit" class="btn account-danger">Delete my account</button>
${formProblem(problem)}
</form>`
      : confirmFirst('deletion', 'to delete it.'),
  )
