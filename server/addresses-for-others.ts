import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os'
import { isLoopback } from './accounts/local-request.ts'

/** Most addresses named: a machine may have dozens, and nobody reads them. */
const maxNamed = 3

/** Networks between a machine and its own containers and virtual machines: nobody else is in them. */
const inside = /^(docker|br-|veth|virbr|vmnet|vboxnet|cni|flannel|cali|podman|lxc)/

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>

/**
 * The hosts, as URLs write them, under which other machines can find what listens on `host`: none for loopback, those
 * of this machine's networks for all addresses, else `host` itself.
 */
export function addressesForOthers(host: string, interfaces: Interfaces = networkInterfaces()): string[] {
  if (isLoopback(host)) return []
  if (host !== '0.0.0.0' && host !== '::') return [host.includes(':') ? `[${host}]` : host]
  const found = Object.entries(interfaces)
    .filter(([name]) => !inside.test(name))
    .flatMap(([, addresses]) => addresses ?? [])
    .filter(({ internal }) => !internal)
  const four = found.filter(({ family }) => family === 'IPv4').map(({ address }) => address)
  const six = found.filter(({ family, scopeid }) => family === 'IPv6' && scopeid === 0)
  const named = four.length > 0 || host === '0.0.0.0' ? four : six.map(({ address }) => `[${address}]`)
  return [...new Set(named)].slice(0, maxNamed)
}
