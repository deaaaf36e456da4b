import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { ConfigError, type Environment } from '../../../settings/read-settings.ts'
import { readConfig } from '../../config.ts'
import { createProviders } from './all.ts'

const authentik = {
  OIDC_ISSUERS: 'authentik',
  OIDC_AUTHENTIK_ISSUER: 'https://auth.example/application/o/home/',
  OIDC_AUTHENTIK_CLIENT_ID: 'home',
  OIDC_AUTHENTIK_CLIENT_SECRET: 'secret',
}
const proxy = {
  PROXY_IDENTITY_HEADER: 'X-authentik-jwt',
  PROXY_IDENTITY_ISSUER: 'https://auth.example/',
  PROXY_IDENTITY_AUDIENCE: 'home',
  PROXY_IDENTITY_SECRET: 'secret',
  TRUSTED_PROXIES: '10.0.0.7',
}

const namesOf = (environment: Environment) =>
  createProviders(readConfig(environment)).map(({ slug, name }) => `${slug}: ${name}`)

suite('the settings of providers', () => {
  test('switch each provider on by its pair, and none without', () => {
    assert.deepEqual(namesOf({}), [])
    const pairs = ['GOOGLE', 'DISCORD', 'GITHUB', 'TWITCH'].flatMap((name) => [
      [`${name}_CLIENT_ID`, 'id'],
      [`${name}_CLIENT_SECRET`, 'secret'],
    ])
    assert.deepEqual(namesOf(Object.fromEntries(pairs)), [
      'google: Google',
      'discord: Discord',
      'github: GitHub',
      'twitch: Twitch',
    ])
  })

  test('name several issuers, each by variables of its own', () => {
    const more = {
      ...authentik,
      OIDC_ISSUERS: 'authentik, our-work',
      OIDC_OUR_WORK_ISSUER: 'http://localhost:8080/realms/work',
      OIDC_OUR_WORK_CLIENT_ID: 'home',
      OIDC_OUR_WORK_CLIENT_SECRET: 'secret',
      OIDC_OUR_WORK_NAME: 'The office',
    }
    assert.deepEqual(namesOf(more), ['authentik: Authentik', 'our-work: The office'])
  })

  const wrong: [string, Environment, RegExp][] = [
    ['an id without its secret', { GOOGLE_CLIENT_ID: 'id' }, /^GOOGLE_CLIENT_SECRET is not set/],
    ['a secret without its id', { TWITCH_CLIENT_SECRET: 's' }, /^TWITCH_CLIENT_ID is not set/],
    [
      'an issuer over plain HTTP',
      { ...authentik, OIDC_AUTHENTIK_ISSUER: 'http://auth.lan/' },
      /_ISSUER is .* https:.*, or on this machine/,
    ],
    ['an issuer that is none', { ...authentik, OIDC_AUTHENTIK_ISSUER: 'auth.example' }, /_ISSUER is/],
    ['an issuer without a client', { OIDC_ISSUERS: 'x' }, /OIDC_X_CLIENT_ID[\s\S]*OIDC_X_CLIENT_SECRET/],
    [
      'another word for a sign-in’s time',
      { ...authentik, OIDC_AUTHENTIK_AUTH_TIME: 'no' },
      /_AUTH_TIME is "no"/,
    ],
    ['a name that is a route', { ...authentik, OIDC_ISSUERS: 'google' }, /OIDC_ISSUERS names "google"/],
    ['a name that is no slug', { ...authentik, OIDC_ISSUERS: 'A/B' }, /OIDC_ISSUERS names "A\/B"/],
    ['an issuer twice', { ...authentik, OIDC_ISSUERS: 'authentik,authentik' }, /names an issuer twice/],
    ['no public address on an open port', { ...authentik, HOST: '0.0.0.0' }, /^PUBLIC_URL is not set/],
    ['a proxy’s word without its address', { ...proxy, TRUSTED_PROXIES: '' }, /^TRUSTED_PROXIES is not set/],
    ['a proxy’s word without an audience', { ...proxy, PROXY_IDENTITY_AUDIENCE: '' }, /_AUDIENCE is not set/],
    ['a proxy’s word without an issuer', { ...proxy, PROXY_IDENTITY_ISSUER: '' }, /_ISSUER is not set/],
    ['a proxy’s word that nothing proves', { ...proxy, PROXY_IDENTITY_SECRET: '' }, /one must be set/],
    [
      'a proxy’s keys over plain HTTP',
      { ...proxy, PROXY_IDENTITY_SECRET: '', PROXY_IDENTITY_KEYS_URL: 'http://auth.lan/jwks' },
      /^PROXY_IDENTITY_KEYS_URL is "http:\/\/auth.lan\/jwks"/,
    ],
    [
      'groups of no issuer in particular',
      { ...authentik, ROLE_GROUPS: 'a=admin' },
      /^ROLE_GROUPS_FROM is not/,
    ],
    [
      'groups of an issuer that is not there',
      { ...authentik, ROLE_GROUPS: 'a=admin', ROLE_GROUPS_FROM: 'google' },
      /^ROLE_GROUPS_FROM names "google"/,
    ],
    [
      'admins by the word of nobody that is there',
      { ...authentik, ADMIN_EMAILS_FROM: 'authentik,github' },
      /^ADMIN_EMAILS_FROM names "github"/,
    ],
    [
      'a proxy’s word that two things prove',
      { ...proxy, PROXY_IDENTITY_KEYS_URL: 'https://auth.example/jwks' },
      /one must be set/,
    ],
  ]

  for (const [what, environment, message] of wrong)
    test(`refuse ${what}, by the variable’s name and without showing a secret`, () => {
      assert.throws(
        () => readConfig(environment),
        (error) =>
          error instanceof ConfigError && message.test(error.message) && !/\bsecret\b/.test(error.message),
      )
    })

  test('take a proxy’s word where everything is set', () => {
    assert.equal(readConfig(proxy).proxyIdentityHeader, 'X-authentik-jwt')
    for (const url of ['https://auth.example/jwks', 'http://localhost:9000/jwks', 'http://[::1]:9000/jwks']) {
      const byKeys = { ...proxy, PROXY_IDENTITY_SECRET: '', PROXY_IDENTITY_KEYS_URL: url }
      assert.equal(readConfig(byKeys).proxyIdentityKeysUrl, url)
    }
  })
})
