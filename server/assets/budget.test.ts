import assert from 'node:assert/strict'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { buildAssets } from './build.ts'
import { type Manifest, readManifest } from './manifest.ts'

/** After gzip: until the composer sends and the stream shows, and all that a chat page loads by itself. */
const firstBytes = 20_000
const allBytes = 55_000
/** And what a page with passkeys on it, and with what is shown once, adds. */
const passkeyBytes = 5_000
/** And what a call adds, once somebody taps its button. */
const callBytes = 16_000

const root = path.resolve(import.meta.dirname, '../..')
let outDir: string
let manifest: Manifest

before(async () => {
  outDir = await mkdtemp(path.join(os.tmpdir(), 'budget-'))
  await buildAssets({ root, outDir })
  manifest = (await readManifest(outDir)) ?? assert.fail('There is no manifest')
})

after(() => rm(outDir, { recursive: true, force: true }))

test('the composer sends and the stream shows within the first budget', async () => {
  const first = loadedBy('chat/main.js')
  for (const name of ['chat/composer.js', 'chat/messagepack.js', 'chat/preview.js'])
    assert.ok(first.has(name), `${name} comes before the first message`)
  await holds(first, firstBytes)
})

test('a chat page loads no more than the whole budget by itself', async () => {
  const all = loadedBy('chat/main.js', 'chat/enhance.js')
  for (const name of ['vendor/htmx.js', 'vendor/alpine.js', 'chat/fragments.js', 'chat/renderings.js'])
    assert.ok(all.has(name), `${name} comes by itself`)
  await holds(all, allBytes)
})

test('a chat page loads nothing of passkeys, and the pages that do load little', async () => {
  const chat = loadedBy('chat/main.js', 'chat/enhance.js')
  assert.deepEqual(
    [...chat].filter((name) => /webauthn|account/.test(name)),
    [],
  )
  await holds(loadedBy('account/passkeys.js', 'account/shown-once.js'), passkeyBytes)
})

test('a chat page loads nothing of calls until somebody calls, and then little', async () => {
  const chat = loadedBy('chat/main.js', 'chat/enhance.js')
  const call = loadedBy('voice/start-call.js', 'voice/microphone-worklet.js')
  assert.deepEqual(
    [...chat].filter((name) => name.startsWith('voice/')),
    [],
  )
  await holds(call.difference(chat), callBytes)
})

test('what runs on the audio thread imports nothing, since the import map does not reach it', () => {
  assert.deepEqual(fileOf('voice/microphone-worklet.js').imports, [])
})

test('nothing the browser can load is a schema library', () => {
  const vendors = manifest.files.map(({ name }) => name).filter((name) => name.startsWith('vendor/'))
  const known = ['alpine', 'htmx', 'streaming-markdown', 'webauthn']
  assert.deepEqual(
    vendors,
    known.map((name) => `vendor/${name}.js`),
  )
})

/** The names of `entries` and of what they import statically. */
function loadedBy(...entries: string[]): Set<string> {
  const found = new Set(entries)
  for (const name of found) for (const imported of fileOf(name).imports) found.add(imported)
  return found
}

async function holds(names: ReadonlySet<string>, most: number): Promise<void> {
  const sizes = await Promise.all([...names].map(async (name) => ({ name, bytes: await gzipped(name) })))
  const sum = sizes.reduce((total, { bytes }) => total + bytes, 0)
  const largest = sizes.toSorted((a, b) => b.bytes - a.bytes).slice(0, 8)
  const list = largest.map(({ name, bytes }) => `${name} ${bytes}`).join(', ')
  assert.ok(sum <= most, `${names.size} files are ${sum} bytes where ${most} fit; the largest: ${list}`)
}

const gzipped = async (name: string): Promise<number> =>
  (await stat(path.join(outDir, `${fileOf(name).file}.gz`))).size

const fileOf = (name: string) =>
  manifest.files.find((file) => file.name === name) ?? assert.fail(`${name} is not built`)
