import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { plainUrl, vendorName } from './names.ts'
import { vendored } from './vendored.ts'

/** One built file as the hub needs it. */
export interface ManifestFile {
  readonly name: string
  /** In the output folder; the compressed forms stand beside it with `.br` and `.gz`. */
  readonly file: string
  readonly contentType: string
  readonly compressed: boolean
  /** Names this module imports statically. */
  readonly imports: readonly string[]
}

/** What `build.ts` writes and `load.ts` reads. */
export interface Manifest {
  readonly inputHash: string
  readonly files: readonly ManifestFile[]
}

/** The manifest of the last whole build, or undefined where there is none. */
export async function readManifest(outDir: string): Promise<Manifest | undefined> {
  try {
    return JSON.parse(await readFile(path.join(outDir, 'manifest.json'), 'utf8')) as Manifest
  } catch (error) {
    if (error instanceof SyntaxError || isAbsent(error)) return undefined
    throw error
  }
}

/** `chat/main.js` with its content's hash before the extension: safe to cache for ever. */
export function hashedName(name: string, content: Uint8Array): string {
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 10)
  const dot = name.lastIndexOf('.')
  return `${name.slice(0, dot)}-${hash}${name.slice(dot)}`
}

/**
 * The import map: plain URLs of our modules and bare names of vendored packages, each to its hashed URL. A module's
 * own hash so never depends on another's.
 */
export function importMapOf(files: readonly ManifestFile[]): string {
  const hashed = new Map(files.map((file) => [file.name, plainUrl(file.file)]))
  const imports: Record<string, string> = {}
  for (const bare of Object.keys(vendored)) {
    const url = hashed.get(vendorName(bare))
    if (url !== undefined) imports[bare] = url
  }
  for (const file of files) {
    if (file.name.endsWith('.js') && !file.name.startsWith('vendor/'))
      imports[plainUrl(file.name)] = plainUrl(file.file)
  }
  return JSON.stringify({ imports })
}

const contentTypes: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
}

/** @throws for an extension that is not served. */
export function contentTypeOf(name: string): string {
  const type = contentTypes[name.slice(name.lastIndexOf('.'))]
  if (type === undefined) throw new Error(`No content type is known for ${name}`)
  return type
}

/** Whether an error says that a file is not there. */
export const isAbsent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'
