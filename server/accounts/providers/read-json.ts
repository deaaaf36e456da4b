import type { Claims } from './claims.ts'
import { SignInFault } from './sign-in-fault.ts'

/** The object that a provider's API answered; an array is one with numbers for names. @throws SignInFault */
export async function readJson(response: Response): Promise<Claims> {
  const { status } = response
  if (status >= 500 || status === 429) throw new SignInFault('away', `The provider answered ${status}`)
  if (status !== 200) throw new SignInFault('misconfigured', `The provider answered ${status}`)
  const body: unknown = await response.json().catch(() => undefined)
  if (typeof body !== 'object' || body === null)
    throw new SignInFault('mixed_up', 'The provider answered something else than JSON')
  return { ...body }
}
