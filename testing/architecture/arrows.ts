/** One row of the table in ARCHITECTURE.md. `words` is its second cell, letter by letter. */
export interface Arrow {
  readonly room: string
  readonly words: string
  /** Folders a module of this room may import besides its own room; undefined: anything. */
  readonly mayImport: readonly string[] | undefined
}

export const arrows: readonly Arrow[] = [
  { room: 'bus/contract', words: 'nothing of ours', mayImport: [] },
  { room: 'settings', words: 'nothing of ours', mayImport: [] },
  { room: 'telemetry', words: 'nothing of ours', mayImport: [] },
  { room: 'process', words: 'nothing of ours', mayImport: [] },
  { room: 'bus/nats', words: 'bus/contract, telemetry', mayImport: ['bus/contract', 'telemetry'] },
  {
    room: 'server',
    words: 'bus, settings, telemetry, process',
    mayImport: ['bus', 'settings', 'telemetry', 'process'],
  },
  {
    room: 'workers/X',
    words:
      'bus, settings, telemetry, process, workers/runtime, workers/inference; never another worker, the server or the store',
    mayImport: ['bus', 'settings', 'telemetry', 'process', 'workers/runtime', 'workers/inference'],
  },
  { room: 'web', words: 'bus/contract', mayImport: ['bus/contract'] },
  { room: 'deploy, bench, chaos, testing, tests', words: 'anything', mayImport: undefined },
]

/** Packages that belong to one room; a name ending in a slash stands for all of its scope. */
export const packageRooms: Readonly<Record<string, string>> = {
  nats: 'bus/nats',
  fastify: 'server',
  '@fastify/': 'server',
  ws: 'server',
  kysely: 'server/store',
  pino: 'telemetry',
  'pino-pretty': 'telemetry',
  'better-sqlite3': 'server/store',
  'openid-client': 'server/accounts/providers',
  pg: 'server/store',
}

/** What no module that a browser loads may import, however far down: the schema library is too large for one. */
export const neverInBrowsers = ['typebox', 'typebox/compile', 'typebox/value']

/** The room a file belongs to: the arrow's name, and the folder it may import freely. Undefined: free of arrows. */
export function roomOf(file: string): { readonly arrow: string; readonly folder: string } | undefined {
  const [first = '', second = ''] = file.split('/')
  if (isTest(file)) return undefined
  if (first === 'bus') return { arrow: `bus/${second}`, folder: `bus/${second}` }
  if (['server', 'settings', 'telemetry', 'process', 'web'].includes(first))
    return { arrow: first, folder: first }
  // The files beside the workers' rooms compose them, so all of `workers` is theirs.
  if (first === 'workers')
    return { arrow: 'workers/X', folder: second.includes('.') ? 'workers' : `workers/${second}` }
  return undefined
}

/**
 * No process of ours loads these: tests, the suites that run over several implementations of a port, and the scripts
 * that make and hold the golden vectors.
 */
const isTest = (file: string): boolean =>
  /\.test\.m?ts$/.test(file) || file.includes('/suite/') || file.startsWith('bus/contract/vectors/')
