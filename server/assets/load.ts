import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Assets } from './assets.ts'
import { contentTypeOf, importMapOf, type ManifestFile, readManifest } from './manifest.ts'
import { plainUrl } from './names.ts'

/** One file in memory, in every form it is served in. */
export interface ServedFile {
  readonly contentType: string
  readonly plain: Buffer
  readonly brotli?: Buffer
  readonly gzip?: Buffer
}

/** The built files and what pages ask of them. */
export interface LoadedAssets extends Assets {
  readonly files: ReadonlyMap<string, ServedFile>
  /**
   * A file of another build that is still, or already, on the disk: pages of the hub before this one load it from here,
   * and while this hub goes, those of the one after it. Undefined where there is none.
   */
  other(url: string): Promise<ServedFile | undefined>
}

/**
 * Reads a whole build into memory.
 *
 * @throws when there is no build in `outDir`.
 */
export async function loadAssets(outDir: string): Promise<LoadedAssets> {
  const manifest = await readManifest(outDir)
  if (manifest === undefined) throw new Error(`There are no built browser files in ${outDir}`)
  const byName = new Map(manifest.files.map((file) => [file.name, file]))
  const importMap = importMapOf(manifest.files)
  return {
    files: new Map(
      await Promise.all(
        manifest.files.map(async (file) => [plainUrl(file.file), await readServed(outDir, file)] as const),
      ),
    ),
    other: (url) => readOther(outDir, url),
    importMap,
    importMapHash: `sha256-${createHash('sha256').update(importMap).digest('base64')}`,
    url: (name) => plainUrl(known(byName, name).file),
    preloads: (entry) => staticImports(byName, entry).map((name) => plainUrl(known(byName, name).file)),
  }
}

async function readServed(outDir: string, file: ManifestFile): Promise<ServedFile> {
  const at = path.join(outDir, file.file)
  const plain = await readFile(at)
  if (!file.compressed) return { contentType: file.contentType, plain }
  const [brotli, gzip] = await Promise.all([readFile(`${at}.br`), readFile(`${at}.gz`)])
  return { contentType: file.contentType, plain, brotli, gzip }
}

/** As `hashedName` makes them: folders and a name without dots, a hash and one extension. */
const hashedUrl = /^\/assets\/((?:[\w-]+\/)*[\w-]+-[\w-]{10}\.[a-z]+)$/

async function readOther(outDir: string, url: string): Promise<ServedFile | undefined> {
  const file = hashedUrl.exec(url)?.[1]
  if (file === undefined) return undefined
  try {
    const contentType = contentTypeOf(file)
    return { contentType, plain: await readFile(path.join(outDir, file)) }
  } catch {
    return undefined
  }
}

/** The entry and all it imports statically, breadth first. */
function staticImports(byName: ReadonlyMap<string, ManifestFile>, entry: string): string[] {
  const found = new Set([entry])
  for (const name of found) for (const imported of known(byName, name).imports) found.add(imported)
  return [...found]
}

function known(byName: ReadonlyMap<string, ManifestFile>, name: string): ManifestFile {
  const file = byName.get(name)
  if (file === undefined) throw new Error(`There is no built browser file ${name}`)
  return file
}
