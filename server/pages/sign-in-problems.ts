import type { SignInFaultKind } from '../accounts/providers/sign-in-fault.ts'
import type { SignInRefusal } from '../accounts/sign-in.ts'
import { maxIdentitiesPerUser } from '../store/identities.ts'

/** Everything that keeps somebody from signing in, or from linking an account. */
export type SignInProblem =
  | SignInFaultKind
  | SignInRefusal
  | 'taken'
  | 'full'
  | 'recovery_code'
  | 'somebody_elses_code'
  | 'account_deleted'

/** What the page says of a problem that its address names; undefined: it names none of ours. */
export function problemWords(problem: string | undefined, provider: string): string | undefined {
  return isProblem(problem) ? words[problem](provider) : undefined
}

const isProblem = (problem: string | undefined): problem is SignInProblem =>
  problem !== undefined && Object.hasOwn(words, problem)

const words: Readonly<Record<SignInProblem, (provider: string) => string>> = {
  denied: (provider) => `You did not let ${provider} say who you are, so nothing happened.`,
  away: (provider) => `${provider} did not answer. Try again in a moment, or another way.`,
  expired: () => 'That took too long, or was begun in another browser. Please begin again here.',
  mixed_up: (provider) =>
    `What came back from ${provider} does not belong to what you began, so it was not taken. Please begin again here.`,
  misconfigured: (provider) =>
    `${provider} does not accept this house. Whoever runs it finds the reason in its log.`,
  not_fresh: (provider) =>
    `${provider} let you through without showing that it is you at this moment, so it does not count here. Use a passkey or a recovery code if you have one, or sign out at ${provider} and begin again.`,
  closed: () => 'Nobody new is let in here at the moment.',
  email_unverified: (provider) =>
    `${provider} has not verified your e-mail address. Verify it there, then try again.`,
  not_invited: () => 'Your account is not on the list here. Ask whoever runs this house for an invitation.',
  invitation_gone: () => 'That invitation was used or is too old. Ask for a new one.',
  somebody_else: (provider) =>
    `That account at ${provider} belongs to somebody else than the one who is signed in here, so nothing was changed. To come in as somebody else, sign out first.`,
  taken: (provider) =>
    `That account at ${provider} belongs to somebody else here, so it was not linked to yours.`,
  full: (provider) =>
    `You have ${maxIdentitiesPerUser} linked accounts, which is as many as one person may have, so that at ${provider} was not linked. Unlink one at Your account first.`,
  recovery_code: () => 'That code is not known, or was used before. Each works once.',
  somebody_elses_code: () =>
    'That code belongs to somebody else than the one who is signed in here, so nothing was changed, and it is still good. To come in as somebody else, sign out first.',
  account_deleted: () => 'Your account is deleted, with everything that was in it.',
  disabled: () => 'Your account here is switched off. Ask whoever runs this house.',
}
