import { maxNameLength } from '../../accounts/sign-in.ts'
import type { User } from '../../store/store.ts'
import { roleWords } from '../admin/words.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import { formProblem, formTo, section } from './section.ts'

/** Who one is here: what one is called, and as what the house knows one. */
export const profileSection = (user: User, problem?: string): Html =>
  section(
    {
      ...{ id: 'profile', title: 'You', icon: 'person' },
      note: html`${user.kind === 'owner' ? 'Owner of this house' : roleWords[user.role]}${user.email !== null && html` · ${user.email}`}`,
    },
    html`<form class="account-form account-line" ${formTo('/account/name', 'profile')}>
<label class="account-field"><span>Name</span><input class="input" name="name" value="${user.name}" maxlength="${maxNameLength}" autocomplete="nickname" required></label>
<button type="submit" class="btn">Save</button>
${formProblem(problem)}
</form>`,
  )
