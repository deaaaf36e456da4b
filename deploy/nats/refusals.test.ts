import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { connect, type NatsConnection } from 'nats'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { consumers, streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { readAddress } from '../../bus/nats/address.ts'
import { type DeployedNats, startAccountsNats, startUsersNats } from '../../testing/servers/deployed-nats.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { hubRights, type Rights, workerRights } from './rights.ts'

const [user, request] = [uuidv7(), uuidv7()]
const allStreams: readonly string[] = Object.values(streams).map(({ name }) => name)
const but = (...names: readonly string[]) => allStreams.filter((name) => !names.includes(name))
const { chatWorkers, recorder } = consumers
const ends = (verb: string, names: readonly string[], tail = '') =>
  names.map((name) => `$JS.API.${verb}.${name}${tail}`)

/** Calls that nobody needs. */
const foreign = [
  ...ends('STREAM.DELETE', allStreams),
  ...ends('STREAM.SNAPSHOT', allStreams),
  ...ends('STREAM.RESTORE', allStreams),
  ...ends('STREAM.LEADER.STEPDOWN', allStreams),
  ...ends('STREAM.PURGE', [streams.access.name]),
  ...ends('STREAM.CREATE', ['OTHER']),
  ...ends('CONSUMER.LIST', allStreams),
  ...ends('CONSUMER.CREATE', but(streams.log.name, streams.access.name)),
  ...ends('CONSUMER.CREATE', allStreams, '.named.filter'),
  ...ends('CONSUMER.DURABLE.CREATE', allStreams, '.other'),
  ...ends('CONSUMER.DELETE', [`${chatWorkers.stream}.${chatWorkers.durable}`]),
  ...ends('CONSUMER.DELETE', [`${recorder.stream}.${recorder.durable}`]),
  '$JS.API.INFO',
  '$JS.API.STREAM.LIST',
  '$JS.API.STREAM.NAMES',
  '$SYS.REQ.SERVER.PING',
  subjects.live(user).replace('>', request),
  '_INBOX.other',
  '_R_.other',
  'other',
]

const refused: Record<'hub' | 'worker', { rights: Rights; publish: string[]; hear: [string, string?][] }> = {
  hub: {
    rights: hubRights,
    publish: [
      ...foreign,
      subjects.historyGet,
      ...ends('CONSUMER.MSG.NEXT', [`${chatWorkers.stream}.${chatWorkers.durable}`]),
      `$JS.ACK.${chatWorkers.stream}.${chatWorkers.durable}.1.1.1.1.0`,
      ...ends('STREAM.MSG.DELETE', but(streams.chat.name)),
      ...ends('DIRECT.GET', but(streams.log.name, streams.access.name)),
      `${workerRights.inbox}.other`,
    ],
    hear: [
      ['>'],
      ['ai.>'],
      ['ai.chat.user.*.message'],
      ['ai.chat.user.*.login'],
      [subjects.anyCancel],
      ['ai.chat.response.stream.>'],
      ['ai.chat.response.final.>'],
      [subjects.historyGet],
      [subjects.historyGet, 'other'],
      [subjects.title, 'chat-workers'],
      [subjects.modelsList, 'chat-workers'],
      [`${workerRights.inbox}.>`],
      ['_INBOX.>'],
      ['_R_.>'],
      ['$JS.>'],
      ['$SYS.>'],
    ],
  },
  worker: {
    rights: workerRights,
    publish: [
      ...foreign,
      ...[subjects.login, subjects.message, subjects.cancel, subjects.notify].map((subject) => subject(user)),
      subjects.greeting(user, request),
      subjects.title,
      subjects.modelsList,
      subjects.accessChanged,
      ...ends('STREAM.CREATE', allStreams),
      ...ends('STREAM.UPDATE', allStreams),
      ...ends('STREAM.PURGE', but(streams.access.name)),
      ...ends('STREAM.INFO', [streams.logins.name, streams.access.name]),
      ...ends('STREAM.MSG.DELETE', allStreams),
      ...ends('STREAM.MSG.GET', but(streams.log.name)),
      ...ends('DIRECT.GET', but(streams.log.name)),
      ...ends('CONSUMER.CREATE', [streams.log.name, streams.access.name]),
      ...ends('CONSUMER.MSG.NEXT', [`${recorder.stream}.${recorder.durable}`]),
      ...ends('CONSUMER.MSG.NEXT', [`${streams.log.name}.other`]),
      ...ends('CONSUMER.DURABLE.CREATE', [`${chatWorkers.stream}.${chatWorkers.durable}`]),
      `$JS.ACK.${recorder.stream}.${recorder.durable}.1.1.1.1.0`,
      `${hubRights.inbox}.other`,
    ],
    hear: [
      ['>'],
      ['ai.>'],
      ['ai.chat.user.*.message'],
      ['ai.chat.user.*.login'],
      ['ai.chat.response.stream.>'],
      ['ai.chat.response.final.>'],
      ['ai.chat.live.>'],
      ['ai.chat.notify.*'],
      [subjects.accessChanged],
      [subjects.historyGet, 'hub'],
      [subjects.title],
      [subjects.title, 'other'],
      [subjects.modelsList],
      [`${hubRights.inbox}.>`],
      ['_INBOX.>'],
      ['_R_.>'],
      ['$JS.>'],
      ['$SYS.>'],
    ],
  },
}

for (const [form, start] of Object.entries({ accounts: startAccountsNats, users: startUsersNats }))
  suite(`a server with ${form}`, () => {
    let nats: DeployedNats
    before(async () => {
      nats = await start()
    })
    after(() => nats[Symbol.asyncDispose]())

    for (const role of ['hub', 'worker'] as const) {
      const { rights, publish, hear } = refused[role]
      test(`refuses a ${role} every subject that is not its own`, async (t) => {
        const { connection, violations } = await openRaw(t, nats.urls[role], rights.inbox)
        for (const subject of publish) connection.publish(subject)
        await connection.flush()
        await waitUntil('the last is refused', () => violations.at(-1) === `publish ${publish.at(-1)}`)
        assert.deepEqual(
          violations,
          publish.map((subject) => `publish ${subject}`),
        )
        violations.length = 0
        for (const [subject, queue] of hear)
          connection.subscribe(subject, { callback: () => undefined, ...(queue && { queue }) })
        await connection.flush()
        await waitUntil('the last is refused', () => violations.at(-1) === `subscription ${hear.at(-1)?.[0]}`)
        assert.deepEqual(
          violations,
          hear.map(([subject]) => `subscription ${subject}`),
        )
      })
    }

    test('knows nobody else', async () => {
      const { servers } = readAddress(nats.urls.hub)
      for (const stranger of [{}, { user: 'hub', pass: 'worker_password' }, { token: 'hub_password' }])
        await assert.rejects(connect({ servers: servers ?? '', reconnect: false, ...stranger }), {
          code: 'AUTHORIZATION_VIOLATION',
        })
    })
  })

async function openRaw(t: { after(close: () => Promise<void>): void }, url: string, inboxPrefix: string) {
  const connection: NatsConnection = await connect({ ...readAddress(url), inboxPrefix })
  t.after(() => connection.close())
  const violations: string[] = []
  void (async () => {
    for await (const { permissionContext } of connection.status())
      if (permissionContext) {
        const { operation, subject } = permissionContext
        violations.push(`${operation} ${subject.replace(/^house\.API\./, '$JS.API.')}`)
      }
  })()
  return { connection, violations }
}
