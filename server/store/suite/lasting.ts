import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { uuidv7 } from '../../../bus/contract/ids.ts'
import { startProcess } from '../../../testing/servers/processes.ts'
import { migrate } from '../migrate.ts'
import { migrations } from '../migrations/all.ts'
import type { Migration } from '../migrations/migration.ts'
import { createStore } from '../open-store.ts'
import { accepted, converse, createPerson, exampleSend, sendAfter, shownPath, stateOf } from './examples.ts'
import type { It } from './ground.ts'

/** What a version to come might add: a column, and a table that refers to ours. */
const expansion: Migration = {
  name: '9001-favourites',
  kind: 'expanding',
  async up({ schema }) {
    await schema
      .alterTable('conversations')
      .addColumn('favourite', 'integer', (column) => column.notNull().defaultTo(0))
      .execute()
    await schema.createTable('labels').addColumn('name', 'text').execute()
  },
}
const contraction: Migration = {
  name: '9002-no-thoughts',
  kind: 'contracting',
  up: async ({ schema }) => schema.alterTable('messages').dropColumn('thoughts').execute(),
}

export function testLasting(it: It): void {
  it('keeps everything over a restart', async (ground) => {
    const before = await ground.open()
    const user = await createPerson(before)
    const first = await converse(before, user, exampleSend())
    const waiting = sendAfter(first, 'next')
    await accepted(before, user, waiting)
    await before.close()
    const after = await ground.open()
    const said = ['Good morning', 'An answer to: Good morning', 'next', '']
    assert.deepEqual(await shownPath(after, user, first.conversation_id), said)
    assert.equal(await stateOf(after, user, waiting), 'ready')
    await after.ping()
  })

  it('migrates once when four processes start at the same time', async (ground) => {
    const script = fileURLToPath(new URL('./migrate-process.ts', import.meta.url))
    const processes = await Promise.all(
      Array.from({ length: 4 }, () => startProcess(process.execPath, [script, ground.url])),
    )
    const endings = await Promise.all(processes.map(({ ending }) => ending))
    const output = processes.map(({ lines }) => lines.join('\n')).join('\n')
    assert.deepEqual(
      endings.map(({ code }) => code),
      [0, 0, 0, 0],
      output,
    )
    const database = await ground.openDatabase()
    const applied = await database.read((queries) =>
      queries.selectFrom('schema_migrations').select('name').orderBy('name').execute(),
    )
    assert.deepEqual(
      applied.map(({ name }) => name),
      migrations.map(({ name }) => name),
    )
  })

  it('migrates once when eight connections do so at the same moment', async (ground) => {
    const databases = await Promise.all(Array.from({ length: 8 }, () => ground.openDatabase()))
    await Promise.all(databases.map((database) => migrate(database)))
    await createPerson(await ground.open())
  })

  it('works on beside a newer schema that was only expanded, and starts on it', async (ground) => {
    const running = await ground.open()
    const newer = await ground.openDatabase()
    const user = await createPerson(running)
    const first = await converse(running, user, exampleSend())
    await migrate(newer, [...migrations, expansion])
    const second = await converse(running, user, sendAfter(first, 'and now?'))
    const restarted = await ground.open()
    await converse(restarted, user, sendAfter(second, 'still there?'))
    assert.equal((await shownPath(createStore(newer), user, first.conversation_id)).length, 6)
  })

  it('refuses to start on a schema that was contracted by a newer version', async (ground) => {
    await ground.open()
    const newer = await ground.openDatabase()
    await migrate(newer, [...migrations, expansion, contraction])
    await assert.rejects(ground.open(), /newer version of Companions \(9002-no-thoughts\)/)
    await migrate(newer, [...migrations, expansion, contraction])
  })

  it('lets people be found who were here before the search of people folded names', async (ground) => {
    const database = await ground.openDatabase()
    const before = migrations.findIndex(({ name }) => name === '0007-people-search')
    await migrate(database, migrations.slice(0, before))
    const person = { name: 'Zoë', kind: 'member', role: 'user', email: null, created_at: 1 } as const
    const people = [uuidv7(), uuidv7()].map((id) => ({ ...person, id }))
    await database.write((queries) => queries.insertInto('users').values(people).execute())
    await migrate(database)
    const { accounts } = createStore(database)
    const found = async (query: string) =>
      (await accounts.listUsers({ limit: 9, query })).items.map(({ name }) => name)
    assert.deepEqual(
      [await found('ZO'), await found('ZOE')],
      [['Zoë', 'Zoë'], []],
      'by their letters meanwhile',
    )
    assert.deepEqual([await accounts.fillSearchTexts(1), await found('ZOE')], [1, ['Zoë']])
    assert.deepEqual([await accounts.fillSearchTexts(9), await found('ZOE')], [1, ['Zoë', 'Zoë']])
    assert.equal(await accounts.fillSearchTexts(9), 0)
  })

  it('leaves nothing of a migration that failed', async (ground) => {
    const database = await ground.openDatabase()
    const failing: Migration = {
      name: '9001-half',
      kind: 'expanding',
      async up(queries) {
        await queries.schema.createTable('half').addColumn('name', 'text').execute()
        await sql`select * from nowhere`.execute(queries)
      },
    }
    await assert.rejects(migrate(database, [...migrations, failing]))
    await assert.rejects(database.read((queries) => sql`select * from half`.execute(queries)))
    await assert.rejects(database.read((queries) => sql`select * from users`.execute(queries)))
    await migrate(database)
    assert.deepEqual(await database.read((queries) => queries.selectFrom('users').select('id').execute()), [])
  })

  it('pages a conversation of 5,000 messages from its end to its root, and selects in it', async (ground) => {
    const [store, database] = [await ground.open(), await ground.openDatabase()]
    const user = await createPerson(store)
    const first = await converse(store, user, exampleSend())
    const id = first.conversation_id
    const name = (index: number) => `00000000-0000-7000-8000-${String(index).padStart(12, '0')}`
    const rows = Array.from({ length: 5_000 }, (_, index) => ({
      id: name(index),
      conversation_id: id,
      parent_id: index === 0 ? first.request_id : name(index - 1),
      role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
      ordinal: 100 + index,
      content: `message ${index}`,
      search_text: `message ${index}`,
      created_at: 50,
    }))
    await database.write(async (queries) => {
      for (let start = 0; start < rows.length; start += 500) {
        await queries
          .insertInto('messages')
          .values(rows.slice(start, start + 500))
          .execute()
      }
    })
    assert.equal(await store.conversations.selectBranch(user.id, id, first.message_id), true)
    let seen = 0
    let before: string | undefined
    do {
      const page = await store.conversations.path(user.id, id, { limit: 500, ...(before ? { before } : {}) })
      seen += page?.items.length ?? 0
      before = page?.next
    } while (before !== undefined)
    assert.equal(seen, 5_002)
  })
}
