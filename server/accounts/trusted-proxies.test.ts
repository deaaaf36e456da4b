import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProxyTrust } from './trusted-proxies.ts'

test('a proxy is known by its own address, also as IPv4 within IPv6', () => {
  const isTrusted = createProxyTrust(['10.0.0.7', '192.168.0.0/16', 'fd00::/8'])
  for (const address of ['10.0.0.7', '::ffff:10.0.0.7', '192.168.3.4', 'fd00::1'])
    assert.ok(isTrusted(address), address)
  for (const address of ['10.0.0.8', '193.168.0.1', 'fe80::1', '::1', '10.0.0.7.evil', '', undefined])
    assert.ok(!isTrusted(address), String(address))
})

test('nobody is trusted unless named', () => {
  const isTrusted = createProxyTrust([])
  for (const address of ['127.0.0.1', '::1', '0.0.0.0']) assert.ok(!isTrusted(address))
})

test('ranges that everybody knows go by their names', () => {
  const isTrusted = createProxyTrust(['loopback', 'uniquelocal'])
  for (const address of ['127.0.0.1', '::1', '172.20.0.3', 'fd12::1']) assert.ok(isTrusted(address), address)
  for (const address of ['8.8.8.8', '169.254.0.1', '2001:db8::1']) assert.ok(!isTrusted(address), address)
})
