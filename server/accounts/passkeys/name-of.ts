import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { deviceOf } from '../sessions/device.ts'

/**
 * What a new passkey is called until its person calls it something else: after what keeps it where that says who it
 * is, else after where it was made. Nothing depends on it being true.
 */
export function nameOfPasskey(made: {
  readonly aaguid: string
  readonly response: RegistrationResponseJSON
  readonly userAgent: string | undefined
}): string {
  const { aaguid, response, userAgent } = made
  const keeper = keepers[aaguid]
  if (keeper !== undefined) return keeper
  if (response.authenticatorAttachment === 'cross-platform')
    return response.response.transports?.includes('hybrid') ? 'Phone or tablet' : 'Security key'
  const device = deviceOf(userAgent)
  return phones.find((phone) => device?.endsWith(` on ${phone}`)) ?? device ?? 'Passkey'
}

/** A number tells it from those that are called so already. */
export function distinctName(name: string, taken: readonly string[]): string {
  let number = 1
  const numbered = () => (number === 1 ? name : `${name} ${number}`)
  while (taken.includes(numbered())) number += 1
  return numbered()
}

/** There the passkey is the system's, whatever the browser. */
const phones = ['iPhone', 'iPad']

/** What says who it is in its AAGUID, of the list at github.com/passkeydeveloper/passkey-authenticator-aaguids. */
const keepers: Readonly<Record<string, string>> = {
  'fbfc3007-154e-4ecc-8c0b-6e020557d7bd': 'iCloud Keychain',
  'dd4ec289-e01d-41c9-bb89-70fa845d4bf2': 'iCloud Keychain',
  'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4': 'Google Password Manager',
  '08987058-cadc-4b81-b6e1-30de50dcbe96': 'Windows Hello',
  '9ddd1817-af5a-4672-a2b9-3e3dd95000a9': 'Windows Hello',
  '6028b017-b1d4-4c02-b4b3-afcdafc96bb2': 'Windows Hello',
  'bada5566-a7aa-401f-bd96-45619a55120d': '1Password',
  'd548826e-79b4-db40-a3d8-11116f7e8349': 'Bitwarden',
}
