import type { SignInProblem } from '../../pages/sign-in-problems.ts'

/** What went wrong, at which provider, and what the person had set out for. */
interface ToldProblem {
  readonly problem: SignInProblem
  /** The provider's slug. */
  readonly provider?: string
  /** A path of this house: whoever tries again still comes there. */
  readonly returnTo: string
  /** Whether only what shows that it is them at this moment is offered. */
  readonly isAgain: boolean
}

/** The sign-in page that tells of it. */
export function problemPath({ problem, provider, returnTo, isAgain }: ToldProblem): string {
  const query = new URLSearchParams({
    ...(isAgain && { again: '1' }),
    ...(returnTo !== '/' && { return_to: returnTo }),
    problem,
    ...(provider !== undefined && { provider }),
  })
  return `/sign-in?${query}`
}
