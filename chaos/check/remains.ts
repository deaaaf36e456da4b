import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { residentBytes } from '../../bench/measure/process-facts.ts'
import type { House } from '../house/house.ts'
import type { Ledger } from './ledger.ts'

/** Most memory of one process after a round, in mebibytes. A round is short: more than this was piled up. */
const mostMebibytes = { hub: 400, worker: 400, nats: 600 }

/** Most that one server of the bus keeps on its disk after a round, in mebibytes. */
const mostOnDisk = 64

/** Holds the memory of every process, and what the bus keeps, against their bounds. */
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
  for (const { dataDir } of bus.nodes) {
    const mebibytes = Math.ceil((await bytesIn(dataDir)) / 1024 ** 2)
    ledger.largest('streams', mebibytes)
    if (mebibytes > mostOnDisk) ledger.violate(`the bus keeps ${mebibytes} MiB`)
  }
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => stat(path.join(parentPath, name)).catch(() => undefined))
  return (await Promise.all(sizes)).reduce((sum, found) => sum + (found?.size ?? 0), 0)
}

/** After the end: no process of the house lives, and none left in its folder what nobody will clear away. */
export async function checkRemains(house: House, ledger: Ledger): Promise<void> {
  for (const slot of [...house.hubs, ...house.workers])
    for (const what of slot.unexpected) ledger.violate(what)
  for (const pid of await pidsOf(house.folder)) ledger.violate(`process ${pid} is left over`)
  for (const file of await readdir(house.folder))
    if (!expected.test(file)) ledger.violate(`a file is left over: ${file}`)
}

/** A process's clock, and what it held; the store; and what hubs remember of sessions while the store is away, beside them. */
const expected = /^((hub|worker)-\d\.(clock|memory)|store|session-cache\.db(-wal|-shm|-journal)?)$/

async function pidsOf(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const environment = await readFile(`/proc/${name}/environ`, 'latin1').catch(() => '')
    if (environment.includes(`TMPDIR=${folder}`)) found.push(name)
  }
  return found
}
