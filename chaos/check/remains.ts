import { readdir, readFile } from 'node:fs/promises'
import { residentBytes } from '../../bench/measure/process-facts.ts'
import type { House } from '../house/house.ts'
import type { Ledger } from './ledger.ts'

/** Most memory of one process after a round, in mebibytes. A round is short: more than this was piled up. */
const mostMebibytes = { hub: 400, worker: 400, nats: 600 }

/** Holds the memory of every process against its bound. */
export async function checkMemory({ hubs, workers, bus }: House, ledger: Ledger): Promise<void> {
  const pids = [
    ...hubs.flatMap((slot) => slot.pids.map((pid) => ({ name: slot.name, pid, most: mostMebibytes.hub }))),
    ...workers.flatMap((slot) =>
      slot.pids.map((pid) => ({ name: slot.name, pid, most: mostMebibytes.worker })),
    ),
    ...bus.nodes.map(({ pid }) => ({ name: 'nats-server', pid, most: mostMebibytes.nats })),
  ]
  for (const { name, pid, most } of pids) {
    const mebibytes = Math.round((await residentBytes(pid)) / 1024 ** 2)
    ledger.largest(name.split(' ')[0] ?? name, mebibytes)
    if (mebibytes > most) ledger.violate(`${name} has ${mebibytes} MiB in memory`)
  }
}

/** After the end: no process of the house lives, and none left in its folder what nobody will clear away. */
export async function checkRemains(house: House, ledger: Ledger): Promise<void> {
  for (const slot of [...house.hubs, ...house.workers])
    for (const what of slot.unexpected) ledger.violate(what)
  for (const pid of await pidsOf(house.folder)) ledger.violate(`process ${pid} is left over`)
  for (const file of await readdir(house.folder))
    if (!expected.test(file)) ledger.violate(`a file is left over: ${file}`)
}

const expected = /^((hub|worker)-\d\.clock|store)$/

async function pidsOf(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '')
    if (environment.includes(`TMPDIR=${folder}`)) found.push(name)
  }
  return found
}
