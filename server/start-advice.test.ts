import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Environment } from '../settings/read-settings.ts'
import { readConfig } from './config.ts'
import { startAdvice } from './start-advice.ts'

const behindProxy = { PUBLIC_URL: 'https://home.example' }
const authentik = {
  OIDC_ISSUERS: 'authentik',
  OIDC_AUTHENTIK_ISSUER: 'https://auth.example/',
  OIDC_AUTHENTIK_CLIENT_ID: 'home',
  OIDC_AUTHENTIK_CLIENT_SECRET: 'secret',
}
const named = { TRUSTED_PROXIES: '127.0.0.1' }
const google = { GOOGLE_CLIENT_ID: 'id', GOOGLE_CLIENT_SECRET: 'secret' }
const admins = { ADMIN_EMAILS: 'me@home.example' }

const cases: [string, Environment, RegExp | undefined][] = [
  ['a house at home', {}, undefined],
  ['a house whose proxy is not named', behindProxy, /^PUBLIC_URL is set without TRUSTED_PROXIES/],
  ['a house whose proxy is named', { ...behindProxy, TRUSTED_PROXIES: '127.0.0.1' }, undefined],
  [
    'a house that goes by plain HTTP',
    { PUBLIC_URL: 'http://10.0.0.2:3000', HOST: '0.0.0.0' },
    /^PUBLIC_URL is http:/,
  ],
  [
    'a house that is open to the network',
    { HOST: '0.0.0.0' },
    /^HOST lets other machines in over plain HTTP/,
  ],
  [
    'a house that goes by https',
    { PUBLIC_URL: 'https://home.example', HOST: '0.0.0.0', ...named },
    undefined,
  ],
  ['a house at its own machine’s name', { PUBLIC_URL: 'http://localhost:3000' }, undefined],
  ['a house at its own machine’s address', { PUBLIC_URL: 'http://[::1]:3000' }, undefined],
  ['admins by the one issuer', { ...authentik, ...admins }, undefined],
  ['admins by Google', { ...google, ...admins }, undefined],
  ['admins by nobody knows whom', { ...authentik, ...google, ...admins }, /not from authentik unless/],
  [
    'admins by whoever is named',
    { ...authentik, ...google, ...admins, ADMIN_EMAILS_FROM: 'authentik' },
    undefined,
  ],
]

for (const [what, environment, expected] of cases)
  test(`whoever runs ${what} is told ${expected === undefined ? 'nothing' : 'so at the start'}`, () => {
    const advice = startAdvice(readConfig(environment)).join()
    if (expected === undefined) assert.equal(advice, '')
    else assert.match(advice, expected)
  })
