import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import fastify from 'fastify'
import { buildAssets } from './build.ts'
import { loadAssets } from './load.ts'
import { registerAssets } from './routes.ts'

const project = path.resolve(import.meta.dirname, '../..')
let root: string
let outDir: string

const sources: Record<string, string> = {
  'web/chat/main.ts': `import { answer } from './answer.ts'\nconst n: number = answer()\nconsole.log(n)\nvoid import('../page/later.ts')\n`,
  'web/chat/answer.ts': `import { parser } from 'streaming-markdown'\nimport { limit } from '../../bus/contract/limit.ts'\nexport const answer = (): number => limit + Number(typeof parser)\n`,
  'web/page/later.ts': `import htmx from 'htmx'\nhtmx.process(document.body)\n`,
  'web/account/passkeys.ts': `import { startRegistration } from 'webauthn'\nvoid startRegistration\n`,
  'web/account/shown-once.ts': `console.log('shown once')\n`,
  'web/voice/microphone-worklet.ts': `registerProcessor('microphone', class {})\n`,
  'bus/contract/limit.ts': `export const limit: number = 42\n`,
  'web/styles/home.css': `@import "tailwindcss";\n@source "../../server/pages";\n`,
  'server/pages/page.ts': `export const page = '<p class="mt-7">hello</p>'\n`,
  'web/icons/icon.svg': `<svg xmlns="http://www.w3.org/2000/svg"/>`,
  'package-lock.json': '{}',
}

before(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'assets-'))
  outDir = path.join(root, 'out')
  for (const [file, text] of Object.entries(sources)) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true })
    await writeFile(path.join(root, file), text)
  }
  await symlink(path.join(project, 'node_modules'), path.join(root, 'node_modules'))
  assert.equal(await buildAssets({ root, outDir }), true)
})

after(() => rm(root, { recursive: true, force: true }))

test('an unchanged tree is not built again', async () => {
  assert.equal(await buildAssets({ root, outDir }), false)
})

test('each module is served by itself, with its imports under plain URLs that the import map knows', async () => {
  const assets = await loadAssets(outDir)
  const { imports } = JSON.parse(assets.importMap) as { imports: Record<string, string> }
  const main = assets.files.get(assets.url('chat/main.js'))?.plain.toString() ?? ''
  assert.match(main, /"\/assets\/chat\/answer\.js"/)
  assert.match(main, /import\("\/assets\/page\/later\.js"\)/)
  assert.doesNotMatch(main, /number/)
  for (const name of [
    '/assets/chat/answer.js',
    '/assets/page/later.js',
    '/assets/bus/contract/limit.js',
    'htmx',
  ]) {
    const target = imports[name]
    assert.ok(target !== undefined && assets.files.has(target), `${name} is mapped to a served file`)
  }
})

test('preloads are the static imports alone', async () => {
  const assets = await loadAssets(outDir)
  assert.deepEqual(assets.preloads('chat/main.js'), [
    assets.url('chat/main.js'),
    assets.url('chat/answer.js'),
    assets.url('vendor/streaming-markdown.js'),
    assets.url('bus/contract/limit.js'),
  ])
})

test('a change of one module leaves the URLs of the others', async () => {
  const earlier = await loadAssets(outDir)
  await writeFile(path.join(root, 'bus/contract/limit.ts'), 'export const limit: number = 43\n')
  assert.equal(await buildAssets({ root, outDir }), true)
  const later = await loadAssets(outDir)
  assert.notEqual(later.url('bus/contract/limit.js'), earlier.url('bus/contract/limit.js'))
  assert.equal(later.url('chat/answer.js'), earlier.url('chat/answer.js'))
  assert.notEqual(later.importMapHash, earlier.importMapHash)
})

test('styles hold the classes that the pages use', async () => {
  const assets = await loadAssets(outDir)
  assert.match(assets.files.get(assets.url('styles/home.css'))?.plain.toString() ?? '', /\.mt-7/)
})

test('files are served compressed as the browser takes them, and for ever', async () => {
  const assets = await loadAssets(outDir)
  const app = fastify()
  registerAssets(app, assets)
  const url = assets.url('chat/main.js')
  const plain = assets.files.get(url)?.plain
  const get = (accept: string) => app.inject({ url, headers: { 'accept-encoding': accept } })
  const br = await get('gzip, deflate, br')
  assert.equal(br.headers['content-encoding'], 'br')
  assert.equal(br.headers['cache-control'], 'public, max-age=31536000, immutable')
  assert.deepEqual(brotliDecompressSync(br.rawPayload), plain)
  assert.deepEqual(gunzipSync((await get('gzip, br;q=0')).rawPayload), plain)
  assert.equal((await get('')).headers['content-encoding'], undefined)
  assert.equal((await app.inject('/assets/chat/none.js')).statusCode, 404)
  await app.close()
})

test('a page of the hub before, or of the one after, gets its files from this one too', async () => {
  const earlier = await loadAssets(outDir)
  await writeFile(path.join(root, 'bus/contract/limit.ts'), 'export const limit: number = 44\n')
  await buildAssets({ root, outDir })
  const later = await loadAssets(outDir)
  const name = 'bus/contract/limit.js'
  for (const [mine, others] of [
    [later, earlier],
    [earlier, later],
  ] as const) {
    const app = fastify()
    registerAssets(app, mine)
    const answer = await app.inject(others.url(name))
    assert.equal(answer.statusCode, 200)
    assert.deepEqual(answer.rawPayload, others.files.get(others.url(name))?.plain)
    assert.equal((await app.inject('/assets/manifest.json')).statusCode, 404)
    assert.equal((await app.inject('/assets/%2e%2e/chat/main-aaaaaaaaaa.js')).statusCode, 404)
    await app.close()
  }
})

test('an import of a package that is not vendored is an error that names it', async () => {
  await writeFile(path.join(root, 'web/chat/answer.ts'), `import 'left-pad'\nexport const answer = () => 1\n`)
  await assert.rejects(
    buildAssets({ root, outDir: path.join(root, 'other') }),
    /left-pad is not a vendored package/,
  )
})
