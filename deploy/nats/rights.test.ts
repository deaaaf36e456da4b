import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { suite, test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { type StreamSpec, streams } from '../../bus/contract/streams.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { accountsConfiguration } from './configuration.ts'
import { hubRights, workerRights } from './rights.ts'

const [user, request] = [uuidv7(), uuidv7()]

suite('the rights of hubs and workers', () => {
  test('are what accounts.conf says; `node deploy/nats/configuration.ts` writes it', async () => {
    const file = await readFile(join(import.meta.dirname, 'accounts.conf'), 'utf8')
    assert.equal(file, accountsConfiguration())
  })

  test('let a hub make every stream, and somebody publish to each', () => {
    const specs: readonly StreamSpec[] = Object.values(streams)
    for (const { name, subjects: kept } of specs) {
      for (const verb of ['INFO', 'CREATE', 'UPDATE'])
        assert.ok(hubRights.publish.includes(`$JS.API.STREAM.${verb}.${name}`))
      const published = [...hubRights.publish, ...workerRights.publish].filter((subject) =>
        kept.some((pattern) => covers(pattern, subject)),
      )
      assert.notDeepEqual(published, [], `Nobody may publish to ${name}`)
    }
  })

  test('let somebody say and somebody hear every subject of the protocol', () => {
    const said = [...hubRights.publish, ...workerRights.publish]
    const made = specsRepublished()
    const taken = Object.values(streams).flatMap(({ subjects: kept }): readonly string[] => kept)
    const heard = [hubRights, workerRights].flatMap(({ hear, answer }) => [
      ...hear,
      ...answer.map(({ subject }) => subject),
    ])
    for (const subject of Object.values(subjects)) {
      const one = (typeof subject === 'string' ? subject : subject(user, request)).replaceAll('*', request)
      assert.ok(
        [...said, ...made].some((pattern) => covers(pattern, one)),
        `Nobody may say ${one}`,
      )
      assert.ok(
        [...heard, ...taken].some((pattern) => covers(pattern, one)),
        `Nobody may hear ${one}`,
      )
    }
  })
})

const specsRepublished = (): readonly string[] =>
  Object.values<StreamSpec>(streams).flatMap(({ republish }) => republish?.destination ?? [])

/** Whether a pattern takes a subject, which may have wildcards itself (NATS: `*` is one token, `>` one or more). */
function covers(pattern: string, subject: string): boolean {
  const tokens = subject.split('.')
  const wanted = pattern.split('.')
  for (const [index, token] of wanted.entries()) {
    if (token === '>') return tokens.length > index
    if (tokens[index] === undefined || (token !== '*' && token !== tokens[index])) return false
  }
  return tokens.length === wanted.length
}
