import type { FastifyInstance } from 'fastify'
import type { Rooms } from './house.ts'
import { sendProblem } from './problem.ts'

/** What the store last said is believed for this long, in milliseconds, however often it is asked. */
const pingAgeMs = 1_000
const pingTimeoutMs = 2_000

type Status = 'up' | 'down' | 'unknown'

/**
 * `/healthz`: this process lives. `/readyz`: it may take traffic, which needs the store; messages are kept while the
 * bus is away. `/health`: what each service says. `/version`: what runs.
 */
export function registerHealth(app: FastifyInstance, rooms: Rooms, isDraining: () => boolean): void {
  const isStoreUp = createStorePing(rooms)
  const options = { logLevel: 'error' } as const
  app.addHook('onSend', async (request, reply) => {
    if (/^\/(healthz|readyz|health|version)$/.test(request.routeOptions.url ?? ''))
      reply.header('cache-control', 'no-store')
  })
  app.get('/healthz', options, () => ({ status: 'ok' }))
  app.get('/readyz', options, async (_request, reply) => {
    if (isDraining()) return sendProblem(reply, 'draining')
    if (!(await isStoreUp())) return sendProblem(reply, 'store_unavailable')
    return { status: 'ok' }
  })
  app.get('/health', options, async () => {
    const database: Status = (await isStoreUp()) ? 'up' : 'down'
    const nats: Status = rooms.bus.state === 'connected' ? 'up' : 'down'
    const ollama = nats === 'up' ? await ollamaStatus(rooms) : 'unknown'
    const status =
      database === 'down' ? 'unhealthy' : nats === 'down' || ollama === 'down' ? 'degraded' : 'healthy'
    return { status, timestamp: new Date().toISOString(), services: { database, nats, ollama } }
  })
  app.get('/version', options, () => rooms.version)
}

/** As the workers see it; `unknown` where no worker answers or none has such a backend. */
async function ollamaStatus(rooms: Rooms): Promise<Status> {
  const { backends } = await rooms.models()
  const seen = backends.filter(({ kind }) => kind === 'ollama')
  if (seen.length === 0) return 'unknown'
  return seen.some(({ status }) => status === 'up') ? 'up' : 'down'
}

function createStorePing({ store }: Rooms): () => Promise<boolean> {
  let answer: Promise<boolean> | undefined
  let askedAtMs = 0
  return () => {
    const nowMs = performance.now()
    if (answer === undefined || nowMs - askedAtMs > pingAgeMs) {
      askedAtMs = nowMs
      const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), pingTimeoutMs).unref())
      const up = store.ping().then(
        () => true,
        () => false,
      )
      answer = Promise.race([up, late])
    }
    return answer
  }
}
