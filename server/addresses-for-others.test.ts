import assert from 'node:assert/strict'
import type { NetworkInterfaceInfo } from 'node:os'
import { describe, test } from 'node:test'
import { addressesForOthers } from './addresses-for-others.ts'

const rest = { netmask: '', mac: '', cidr: null }
const four = (address: string, internal = false): NetworkInterfaceInfo => ({
  ...{ ...rest, address, internal, family: 'IPv4' },
})
const six = (address: string, scopeid = 0): NetworkInterfaceInfo => ({
  ...{ ...rest, address, internal: false, family: 'IPv6', scopeid },
})

const machine = {
  lo: [four('127.0.0.1', true)],
  docker0: [four('172.17.0.1')],
  eth0: [four('192.168.1.5'), six('fe80::1', 2), six('2001:db8::5')],
  wlan0: [four('10.0.0.7')],
}

describe('what others can call this machine', () => {
  test('is every address of its networks where it listens on all, but none between it and its containers', () => {
    assert.deepEqual(addressesForOthers('0.0.0.0', machine), ['192.168.1.5', '10.0.0.7'])
    assert.deepEqual(addressesForOthers('::', machine), ['192.168.1.5', '10.0.0.7'])
  })

  test('is an IPv6 address where there is no other, and never one of the link alone', () => {
    assert.deepEqual(addressesForOthers('::', { eth0: [six('fe80::1', 2), six('2001:db8::5')] }), [
      '[2001:db8::5]',
    ])
  })

  test('is what it listens on where that is one address, and nothing on loopback', () => {
    assert.deepEqual(addressesForOthers('192.168.1.5', machine), ['192.168.1.5'])
    assert.deepEqual(addressesForOthers('2001:db8::5', machine), ['[2001:db8::5]'])
    for (const host of ['127.0.0.1', '::1', 'localhost'])
      assert.deepEqual(addressesForOthers(host, machine), [])
  })

  test('is bounded, and empty on a machine without a network', () => {
    const many = Array.from({ length: 30 }, (_, index) => four(`10.0.0.${index}`))
    assert.equal(addressesForOthers('0.0.0.0', { eth0: many }).length, 3)
    assert.deepEqual(addressesForOthers('0.0.0.0', { lo: machine.lo }), [])
  })
})
