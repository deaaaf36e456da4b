import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLocalRequest, isLoopback } from './local-request.ts'

const local = {
  remoteAddress: '127.0.0.1',
  httpVersion: '1.1',
  headers: { host: 'localhost:3000', connection: 'keep-alive' },
}

test('a browser on this machine is local, by any of its names', () => {
  for (const host of ['localhost', 'localhost:3000', 'LOCALHOST:80', '127.0.0.1:3000', '[::1]:3000', '[::1]'])
    assert.ok(isLocalRequest({ ...local, headers: { ...local.headers, host } }), host)
  for (const remoteAddress of ['::1', '::ffff:127.0.0.1', '127.1.2.3'])
    assert.ok(isLocalRequest({ ...local, remoteAddress }), remoteAddress)
})

test('a name that was made to point here is not', () => {
  const hosts = [
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    'localhost@evil.example',
    '127.0.0.2',
    '',
    '0.0.0.0',
    'localhost.',
    '2130706433',
  ]
  for (const host of hosts)
    assert.ok(!isLocalRequest({ ...local, headers: { ...local.headers, host } }), host)
  assert.ok(!isLocalRequest({ ...local, headers: { connection: 'keep-alive' } }))
})

test('a proxy or a tunnel gives itself away', () => {
  const headers = [
    'forwarded',
    'via',
    'x-forwarded-for',
    'x-forwarded-proto',
    'x-real-ip',
    'cf-connecting-ip',
    'cf-ray',
    'tailscale-user-login',
    'x-envoy-external-address',
    'true-client-ip',
    'fly-client-ip',
  ]
  for (const name of headers)
    assert.ok(!isLocalRequest({ ...local, headers: { ...local.headers, [name]: 'x' } }), name)
  assert.ok(!isLocalRequest({ ...local, httpVersion: '1.0' }))
})

test('nginx that was told nothing is no browser, before 1.29.7 and since', () => {
  const { host } = local.headers
  // `proxy_pass http://localhost:3000` passes on what a browser says, but for its Connection.
  const browser = { accept: 'text/html', 'sec-fetch-site': 'none', 'user-agent': 'Mozilla/5.0' }
  assert.ok(isLocalRequest({ ...local, headers: { ...local.headers, ...browser } }))
  for (const connection of [undefined, 'close', 'upgrade', ''])
    assert.ok(
      !isLocalRequest({
        ...local,
        headers: { host, ...browser, ...(connection !== undefined && { connection }) },
      }),
      connection,
    )
  assert.ok(
    !isLocalRequest({ ...local, httpVersion: '1.0', headers: { host, ...browser, connection: 'close' } }),
  )
})

test('a peer from elsewhere is not local, whatever it says', () => {
  for (const remoteAddress of ['192.168.1.5', '10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', '', undefined])
    assert.ok(!isLocalRequest({ ...local, remoteAddress }), remoteAddress)
  assert.ok(!isLoopback('127.0.0.1.evil.example'))
})
