import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { distinctName, nameOfPasskey } from './name-of.ts'

const none = '00000000-0000-0000-0000-000000000000'

const on = {
  linux:
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  iphone:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1',
}

const answer = (
  authenticatorAttachment: 'platform' | 'cross-platform',
  transports: NonNullable<RegistrationResponseJSON['response']['transports']> = [],
): RegistrationResponseJSON => ({
  ...{ id: 'a', rawId: 'a', type: 'public-key', clientExtensionResults: {}, authenticatorAttachment },
  response: { clientDataJSON: 'a', attestationObject: 'a', transports },
})

test('a passkey is called after what keeps it, else after the device it is on', () => {
  const here = answer('platform', ['internal'])
  const keychain = 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd'
  const named = (aaguid: string, response: RegistrationResponseJSON, userAgent?: string) =>
    nameOfPasskey({ aaguid, response, userAgent })
  assert.equal(named(keychain, here, on.iphone), 'iCloud Keychain')
  assert.equal(named(none, here, on.iphone), 'iPhone')
  assert.equal(named(none, here, on.linux), 'Chrome on Linux')
  assert.equal(named(none, answer('cross-platform', ['usb', 'nfc']), on.linux), 'Security key')
  assert.equal(named(none, answer('cross-platform', ['hybrid', 'internal']), on.linux), 'Phone or tablet')
  assert.equal(named(none, here), 'Passkey')
})

test('a second passkey of the same name has a number', () => {
  assert.equal(distinctName('iPhone', ['Laptop']), 'iPhone')
  assert.equal(distinctName('iPhone', ['iPhone']), 'iPhone 2')
  assert.equal(distinctName('iPhone', ['iPhone', 'iPhone 2', 'iPhone 4']), 'iPhone 3')
})
