import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import {
  contentTypeOf,
  hashedName,
  isAbsent,
  type Manifest,
  type ManifestFile,
  readManifest,
} from './manifest.ts'
import { buildModules, buildVendor } from './modules.ts'
import { buildStyles } from './styles.ts'
import { vendored } from './vendored.ts'

/** Modules that a page names itself, and one that runs on its audio thread; what they import, also lazily, is found from them. */
const entries = [
  'web/chat/main.ts',
  'web/account/passkeys.ts',
  'web/account/shown-once.ts',
  'web/voice/microphone-worklet.ts',
] as const
const stylesheets = ['web/styles/home.css'] as const

/** What a built file depends on: our browser code, the markup whose classes Tailwind collects, and all versions. */
const inputFolders = ['web', 'bus/contract', 'server/pages', 'server/assets'] as const
const inputFiles = ['package-lock.json'] as const

const keptForMs = 24 * 3_600_000

/**
 * Builds what the browser gets into `outDir`: modules, vendored chunks, styles and icons, hashed and compressed, with
 * a manifest. Keyed by a hash of its inputs, so an unchanged tree costs a few milliseconds; safe to run twice at once.
 *
 * @returns whether anything had to be built.
 */
export async function buildAssets({ root, outDir }: { root: string; outDir: string }): Promise<boolean> {
  const inputHash = await hashInputs(root)
  if ((await readManifest(outDir))?.inputHash === inputHash) return false
  const built = (await Promise.all([buildCode(root), buildSheets(root), readIcons(root)])).flat()
  const files = await Promise.all(built.map((one) => write(outDir, one)))
  const manifest: Manifest = { inputHash, files: files.toSorted((a, b) => (a.name < b.name ? -1 : 1)) }
  await writeWhole(path.join(outDir, 'manifest.json'), new TextEncoder().encode(JSON.stringify(manifest)))
  await removeOld(outDir, new Set(files.map((one) => one.file)))
  return true
}

interface Built {
  readonly name: string
  readonly content: Uint8Array
  readonly imports: readonly string[]
}

async function buildCode(root: string): Promise<Built[]> {
  const modules = await Promise.all([
    buildModules(root, entries),
    ...Object.keys(vendored).map((bare) => buildVendor(root, bare)),
  ])
  return modules.flat().map(({ name, code, imports }) => ({ name, content: code, imports }))
}

async function buildSheets(root: string): Promise<Built[]> {
  return Promise.all(
    stylesheets.map(async (file) => ({
      name: file.replace(/^web\//, ''),
      content: await buildStyles(root, file),
      imports: [],
    })),
  )
}

async function readIcons(root: string): Promise<Built[]> {
  const files = await filesBelow(path.join(root, 'web/icons'))
  return Promise.all(
    files.map(async (file) => ({
      name: path.relative(path.join(root, 'web'), file).replaceAll(path.sep, '/'),
      content: await readFile(file),
      imports: [],
    })),
  )
}

async function write(outDir: string, built: Built): Promise<ManifestFile> {
  const file = hashedName(built.name, built.content)
  const at = path.join(outDir, file)
  const contentType = contentTypeOf(built.name)
  const compressed = contentType !== 'image/png'
  await mkdir(path.dirname(at), { recursive: true })
  await writeWhole(at, built.content)
  if (compressed) {
    await writeWhole(`${at}.br`, await brotli(built.content))
    await writeWhole(`${at}.gz`, await promisify(gzip)(built.content, { level: 9 }))
  }
  return { name: built.name, file, contentType, compressed, imports: built.imports }
}

const brotli = (content: Uint8Array): Promise<Buffer> =>
  promisify<Uint8Array, object, Buffer>(brotliCompress)(content, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.byteLength },
  })

/** A reader sees the old file or the new one, never half of it. */
async function writeWhole(file: string, content: Uint8Array): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}.tmp`
  await writeFile(draft, content)
  await rename(draft, file)
}

/** Files of earlier builds stay a day, for pages that are still open. */
async function removeOld(outDir: string, current: ReadonlySet<string>): Promise<void> {
  for (const file of await filesBelow(outDir)) {
    const name = path
      .relative(outDir, file)
      .replaceAll(path.sep, '/')
      .replace(/\.(br|gz)$/, '')
    if (name === 'manifest.json' || current.has(name)) continue
    const { mtimeMs } = await stat(file).catch(orGone)
    if (Date.now() - mtimeMs > keptForMs) await rm(file, { force: true })
  }
}

/** Another hub that starts at this moment renames its drafts, and removes what is old. */
function orGone(error: NodeJS.ErrnoException): { mtimeMs: number } {
  if (error.code !== 'ENOENT') throw error
  return { mtimeMs: Infinity }
}

async function hashInputs(root: string): Promise<string> {
  const folders = await Promise.all(inputFolders.map((folder) => filesBelow(path.join(root, folder))))
  const files = [...folders.flat(), ...inputFiles.map((file) => path.join(root, file))]
  const hash = createHash('sha256')
  for (const file of files.filter((one) => !one.endsWith('.test.ts')).toSorted()) {
    hash
      .update(path.relative(root, file))
      .update('\0')
      .update(await readFile(file))
      .update('\0')
  }
  return hash.digest('hex')
}

async function filesBelow(folder: string): Promise<string[]> {
  try {
    const found = await readdir(folder, { recursive: true, withFileTypes: true })
    return found.filter((one) => one.isFile()).map((one) => path.join(one.parentPath, one.name))
  } catch (error) {
    if (isAbsent(error)) return []
    throw error
  }
}

if (import.meta.main) {
  const root = path.resolve(import.meta.dirname, '../..')
  await buildAssets({ root, outDir: path.join(root, '.cache/assets') })
}
