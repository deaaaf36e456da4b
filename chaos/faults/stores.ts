import { readdir, readFile } from 'node:fs/promises'
import Database from 'better-sqlite3'
import type { PostgresPlace, SqlitePlace } from '../house/store-place.ts'
import { type Fault, pause, type Scene, type Struck, withFree } from './fault.ts'

/** A store that is away, locked or full. */
export const storeFaults: readonly Fault[] = [
  onSqlite('store locked by another', async ({ file }, scene) => {
    const other = new Database(file, { timeout: 5_000 })
    try {
      other.exec('begin exclusive')
      await pause(scene.random.between(500, 6_000))
      other.exec('rollback')
      return 'struck'
    } finally {
      other.close()
    }
  }),
  onSqlite('disk full', async ({ disk }, scene) => {
    if (disk === undefined) return { skipped: 'no small disk may be mounted here' }
    await disk.fill()
    await pause(scene.random.between(500, 5_000))
    await disk.free()
    return 'struck'
  }),
  {
    kind: 'disk of the bus full',
    fits: ({ bus }) => bus === 1,
    run: async (scene) => {
      const { bus } = scene.house
      const { disk } = bus
      if (disk === undefined) return { skipped: 'no small disk may be mounted here' }
      return withFree(scene, [bus], async ({ nodes }) => {
        await disk.fill()
        await pause(scene.random.between(500, 4_000))
        await disk.free()
        // JetStream stays off after a full disk until its server is started again.
        await Promise.all(nodes.map((node) => node.restart()))
      })
    },
  },
  onPostgres('store killed', async ({ server }, scene) => {
    await server.kill()
    await pause(scene.random.between(50, 4_000))
    await server.restart()
  }),
  onPostgres('store restarted', ({ server }) => server.restart()),
  onPostgres('store frozen', async ({ server }, scene) => {
    const pids = await familyOf(server.pid)
    for (const pid of pids) signal(pid, 'SIGSTOP')
    await pause(scene.random.between(1_000, 8_000))
    for (const pid of pids) signal(pid, 'SIGCONT')
  }),
]

function onSqlite(
  kind: string,
  act: (place: SqlitePlace, scene: Scene) => Promise<Struck | undefined>,
): Fault {
  return {
    kind,
    fits: ({ store }) => store === 'sqlite',
    run: async (scene) => {
      const { store } = scene.house
      if (store.kind !== 'sqlite') return 'missed'
      let said: Struck | undefined
      const struck = await withFree(scene, [store], async (place) => {
        said = await act(place, scene)
      })
      return said ?? struck
    },
  }
}

function onPostgres(kind: string, act: (place: PostgresPlace, scene: Scene) => Promise<unknown>): Fault {
  return {
    kind,
    fits: ({ store }) => store === 'postgres',
    run: async (scene) => {
      const { store } = scene.house
      return store.kind === 'postgres' ? withFree(scene, [store], (place) => act(place, scene)) : 'missed'
    },
  }
}

/** A process and its children. PostgreSQL's are in sessions of their own, so that no group holds them together. */
async function familyOf(pid: number): Promise<number[]> {
  const children: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '')
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid) children.push(Number(name))
  }
  return [pid, ...children]
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended meanwhile.
  }
}
