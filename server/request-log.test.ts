import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { describe, test } from 'node:test'
import { type FastifyBaseLogger, fastify, LogController } from 'fastify'
import { pino } from 'pino'
import { registerRequestLog } from './request-log.ts'

interface Line {
  level: number
  status: number
  route: string
}

/** The lines at the default level after one request of each kind. */
async function linesOf(logFormat: 'json' | 'pretty'): Promise<Line[]> {
  const lines: Line[] = []
  const stream = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  const app = fastify({
    loggerInstance: pino({ level: 'info' }, stream) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
  })
  registerRequestLog(app, { logFormat })
  app.get('/well', () => 'well')
  app.get('/refused/:secret', (_request, reply) => reply.code(403).send('no'))
  app.get('/failed', (_request, reply) => reply.code(503).send('away'))
  app.get('/probe', { logLevel: 'error' }, (_request, reply) => reply.code(503).send('away'))
  for (const url of ['/well', '/refused/token', '/failed', '/probe']) await app.inject({ url })
  await app.close()
  return lines
}

const [debug, info, warn] = [20, 30, 40]

describe('the log of requests', () => {
  test('has a line for every answer where a program reads it, and probes in none', async () => {
    const lines = await linesOf('json')
    assert.deepEqual(
      lines.map(({ level, status, route }) => [level, status, route]),
      [
        [info, 200, '/well'],
        [info, 403, '/refused/:secret'],
        [warn, 503, '/failed'],
      ],
    )
  })

  test('leaves out what went well where a person reads it', async () => {
    const lines = await linesOf('pretty')
    assert.deepEqual(
      lines.map(({ status }) => status),
      [403, 503],
    )
    assert.ok(lines.every(({ level }) => level > debug))
  })
})
