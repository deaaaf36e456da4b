import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readConfig } from '../config.ts'
import { offeredAtStart } from './offered-ways.ts'
import { createProviders } from './providers/all.ts'

const github = { GITHUB_CLIENT_ID: 'id', GITHUB_CLIENT_SECRET: 'secret' }

const proxy = {
  ...{ TRUSTED_PROXIES: '127.0.0.1', PROXY_IDENTITY_HEADER: 'x-jwt', PROXY_IDENTITY_SECRET: 'x'.repeat(32) },
  ...{ PROXY_IDENTITY_ISSUER: 'https://auth.example', PROXY_IDENTITY_AUDIENCE: 'companions' },
}

const cases: readonly [string, Record<string, string>, ReturnType<typeof offeredAtStart>][] = [
  [
    'a name with TLS',
    { PUBLIC_URL: 'https://chat.example.org', HOST: '0.0.0.0', ...github },
    { rpId: 'chat.example.org', issuers: ['https://github.com'], recoveryCodes: true },
  ],
  [
    'a name without TLS',
    { PUBLIC_URL: 'http://chat.example.org', ...github },
    { rpId: undefined, issuers: ['https://github.com'], recoveryCodes: false },
  ],
  [
    'a bare IP address',
    { PUBLIC_URL: 'https://192.0.2.7' },
    { rpId: undefined, issuers: [], recoveryCodes: false },
  ],
  [
    'this machine alone',
    { GUESTS: 'off', ...github },
    { rpId: 'localhost', issuers: ['https://github.com'], recoveryCodes: true },
  ],
  [
    'one address of the network',
    { HOST: '192.0.2.7' },
    { rpId: undefined, issuers: [], recoveryCodes: false },
  ],
  [
    'all addresses: a passkey of this machine, and nothing for others',
    { HOST: '0.0.0.0' },
    { rpId: 'localhost', issuers: [], recoveryCodes: false },
  ],
  [
    'a proxy that signs people in',
    { HOST: '0.0.0.0', ...proxy },
    { rpId: 'localhost', issuers: ['https://auth.example'], recoveryCodes: false },
  ],
]

for (const [what, environment, offered] of cases)
  test(`a start counts as a way in what the sign-in page offers: ${what}`, () => {
    const config = readConfig(environment)
    assert.deepEqual(offeredAtStart({ config, providers: createProviders(config) }), offered)
  })
