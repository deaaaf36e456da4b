import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import type { TSchema } from 'typebox'
import { ChatRequest, ChatSend } from './contract/chat.ts'
import { errorCodes } from './contract/errors.ts'
import { clientFrames, hubFrames } from './contract/frames.ts'
import { uuidv7 } from './contract/ids.ts'
import * as limits from './contract/limits.ts'
import { maxResume, protocolVersion, socketPath, subprotocol } from './contract/protocol.ts'
import { LogEntry } from './contract/reply-log.ts'
import { consumers, type StreamSpec, streams } from './contract/streams.ts'
import { subjects } from './contract/subjects.ts'
import { schemas } from './contract/vectors/samples.ts'

const page = readFileSync(new URL('PROTOCOL.md', import.meta.url), 'utf8')

suite('the protocol page', () => {
  test('names every subject, and no other', () => {
    const [user, request] = [uuidv7(), uuidv7()]
    const known = Object.values(subjects).map((subject) =>
      (typeof subject === 'string' ? subject : subject(user, request))
        .replace(user, '{user}')
        .replace(request, '{request}'),
    )
    const named = [...page.matchAll(/`(ai\.[^`]*)`/g)].map(([, name = '']) => name)
    const ofStreams = allStreams.flatMap(({ subjects, republish }) =>
      republish === undefined ? subjects : [...subjects, republish.destination],
    )
    // The table shows what a hub subscribes to beside what the stream republishes on.
    const live = 'ai.chat.live.{user}.{request}'
    assert.deepEqual(sorted(new Set(named)), sorted(new Set([...known, ...ofStreams, live])))
    assert.deepEqual(
      rowsUnder('subject')
        .map(([subject]) => subject)
        .filter((subject) => !known.includes(subject ?? '')),
      [live],
    )
  })

  test('has every stream with its subjects and size, and every consumer', () => {
    const expected = allStreams.map(({ name, subjects, republish, maxBytes }) => [
      name,
      [...subjects, ...(republish === undefined ? [] : [republish.destination])].join(' '),
      `${maxBytes / 1024 / 1024} MiB`,
    ])
    const rows = tableUnder('stream').map(([name, listed, , bytes]) => [
      code(name),
      codes(listed).join(' '),
      bytes,
    ])
    assert.deepEqual(rows, expected)
    assert.deepEqual(
      tableUnder('durable consumer').map(([durable, stream, wait, most]) => [
        code(durable),
        code(stream),
        wait,
        most,
      ]),
      Object.values(consumers).map(({ durable, stream, ackWaitMs, maxPending }) => [
        durable,
        stream,
        `${ackWaitMs / 1_000} s`,
        written(maxPending),
      ]),
    )
  })

  test('has every frame with its fields', () => {
    assert.deepEqual(fieldsUnder('to the hub'), fieldsOf(clientFrames))
    assert.deepEqual(fieldsUnder('from the hub'), fieldsOf(hubFrames))
  })

  test('has every message on the bus with its fields', () => {
    const described = { ...clientFrames, ...hubFrames, LogEntry, ChatRequest }
    const messages = Object.entries(schemas).filter(([name]) => !Object.hasOwn(described, name))
    assert.deepEqual(fieldsUnder('message'), fieldsOf(Object.fromEntries(messages)))
  })

  test('has every field of a chat request', () => {
    const [asked = [], added = []] = tablesUnder('field').map((rows) =>
      rows.flatMap(([names]) => codes(names)),
    )
    assert.deepEqual(asked, fieldNames(ChatSend))
    const travelling = asked.filter((name) => name !== 'message?')
    assert.deepEqual([...travelling, ...added], fieldNames(ChatRequest))
  })

  test('has every entry of the log with its fields', () => {
    const common = ['request_id', 'attempt', 'owner', 'n']
    const entries = LogEntry.anyOf.map((entry): [string, string] => [
      entry.properties.type.const,
      fieldNames(entry)
        .filter((name) => !common.includes(name))
        .join(' '),
    ])
    assert.deepEqual(fieldsUnder('entry'), entries)
    for (const name of common) assert.ok(page.includes(`\`${name}\``))
  })

  test('has every error code with its facts', () => {
    assert.deepEqual(
      tableUnder('code').map(([name, ...facts]) => [code(name), ...facts]),
      Object.entries(errorCodes).map(([name, { status, close, retryable, title }]) => [
        name,
        String(status),
        String(close),
        retryable ? 'yes' : 'no',
        title,
      ]),
    )
  })

  test('has every limit with its value', () => {
    assert.deepEqual(
      Object.fromEntries(tableUnder('limit').map(([name, value]) => [code(name), value])),
      Object.fromEntries(
        Object.entries({ ...limits, maxResume }).map(([name, value]) => [name, written(value)]),
      ),
    )
  })

  test('names the socket, and leads nowhere that is not there', () => {
    assert.ok(page.includes(`\`GET ${socketPath}\` with subprotocol \`${subprotocol}\``))
    assert.ok(page.includes(`\`protocol\` is ${protocolVersion};`))
    const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading = '']) =>
      heading.toLowerCase().replaceAll("'", '').replaceAll(' ', '-'),
    )
    for (const [, target = ''] of page.matchAll(/\]\(#([^)]*)\)/g))
      assert.ok(headings.includes(target), target)
  })
})

const allStreams: readonly StreamSpec[] = Object.values(streams)
const sorted = (names: Iterable<string>): string[] => [...names].sort()
const written = (value: number): string => value.toLocaleString('en-US')

/** What stands in backticks: all of it, or the first. */
const codes = (cell = ''): string[] => [...cell.matchAll(/`([^`]*)`/g)].map(([, text = '']) => text)
const code = (cell = ''): string => codes(cell)[0] ?? ''

/** The rows of every table whose first column has this heading. */
function tablesUnder(heading: string): string[][][] {
  const tables = page.split(/\n\n+/).filter((block) => cells(block)[0] === heading)
  assert.ok(tables.length > 0, `There is no table of ${heading}`)
  return tables.map((table) => table.trim().split('\n').slice(2).map(cells))
}

const tableUnder = (heading: string): string[][] => tablesUnder(heading)[0] ?? []

const rowsUnder = (heading: string): string[][] =>
  tableUnder(heading).map(([first, ...rest]) => [code(first), ...rest])

const cells = (row: string): string[] =>
  (row.trim().split('\n')[0] ?? '')
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim())

/** A table of names and fields, as pairs. */
function fieldsUnder(heading: string): [string, string][] {
  const rows = tablesUnder(heading).findLast(([row]) => row !== undefined) ?? []
  return rows.map(([name, fields]) => [code(name), codes(fields).join(' ')])
}

const fieldsOf = (schemas: Readonly<Record<string, TSchema>>): [string, string][] =>
  Object.entries(schemas).map(([name, schema]) => [name, fieldNames(schema).join(' ')])

/** The fields of a schema in its order, the optional ones with a question mark, without `type`. */
function fieldNames(schema: TSchema): string[] {
  const { properties = {}, required = [] } = schema as { properties?: object; required?: string[] }
  return Object.keys(properties)
    .filter((name) => name !== 'type')
    .map((name) => (required.includes(name) ? name : `${name}?`))
}
