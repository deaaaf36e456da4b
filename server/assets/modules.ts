import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { build, type Plugin } from 'esbuild'
import { minify } from 'terser'
import { plainUrl, publicName, vendorName } from './names.ts'
import { leftOut, vendored } from './vendored.ts'

/** A built module: its public name, its code, and the public names it imports statically. */
export interface BuiltModule {
  readonly name: string
  readonly code: Uint8Array
  readonly imports: readonly string[]
}

const browserTarget = 'es2022'

/**
 * Transforms `entries` and every module of ours that they import, each by itself: types stripped, minified, imports
 * rewritten to plain URLs. Nothing is bundled, so a change invalidates one file in a browser's cache.
 *
 * @param root the project's folder; entries are paths below it.
 */
export async function buildModules(root: string, entries: readonly string[]): Promise<BuiltModule[]> {
  const built = new Map<string, BuiltModule>()
  const wanted = [...entries]
  for (let entry = wanted.pop(); entry !== undefined; entry = wanted.pop()) {
    const name = publicName(entry)
    if (built.has(name)) continue
    const { code, imports } = await buildModule(root, entry)
    built.set(name, { name, code, imports: imports.filter((one) => !one.lazy).map((one) => one.name) })
    for (const one of imports) if (one.file !== undefined) wanted.push(one.file)
  }
  return [...built.values()]
}

/** Bundles one vendored package into one chunk. */
export async function buildVendor(root: string, bare: string): Promise<BuiltModule> {
  const result = await build({
    stdin: { contents: vendored[bare] ?? '', resolveDir: root, loader: 'js' },
    bundle: true,
    format: 'esm',
    target: browserTarget,
    minify: true,
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [leaveOut],
  })
  return { name: vendorName(bare), code: await shortened(result.outputFiles), imports: [] }
}

/** Puts an empty object in the place of what a chunk goes without. */
const leaveOut: Plugin = {
  name: 'leave-out',
  setup(pluginBuild) {
    pluginBuild.onResolve({ filter: leftOut }, ({ path: name }) => ({ path: name, namespace: 'left-out' }))
    pluginBuild.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: 'export default {}' }))
  },
}

interface FoundImport {
  readonly name: string
  readonly lazy: boolean
  /** The module's path below the root, where it is one of ours. */
  readonly file?: string
}

async function buildModule(
  root: string,
  file: string,
): Promise<{ code: Uint8Array; imports: FoundImport[] }> {
  const imports: FoundImport[] = []
  const result = await build({
    stdin: {
      contents: await readFile(path.join(root, file), 'utf8'),
      resolveDir: path.dirname(path.join(root, file)),
      sourcefile: file,
      loader: 'ts',
    },
    bundle: true,
    format: 'esm',
    target: browserTarget,
    minify: true,
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    plugins: [rewriteImports(root, imports)],
  })
  return { code: await shortened(result.outputFiles), imports }
}

/** Leaves every import where it is, under its public name, and notes it in `found`. */
function rewriteImports(root: string, found: FoundImport[]): Plugin {
  return {
    name: 'rewrite-imports',
    setup(pluginBuild) {
      pluginBuild.onResolve({ filter: /.*/ }, (args) => {
        if (args.kind === 'entry-point') return undefined
        const lazy = args.kind === 'dynamic-import'
        if (args.path in vendored) {
          found.push({ name: vendorName(args.path), lazy })
          return { path: args.path, external: true }
        }
        if (!args.path.startsWith('.'))
          return { errors: [{ text: `${args.path} is not a vendored package` }] }
        const file = path.relative(root, path.join(args.resolveDir, args.path)).replaceAll(path.sep, '/')
        found.push({ name: publicName(file), lazy, file })
        return { path: plainUrl(publicName(file)), external: true }
      })
    },
  }
}

/** What esbuild wrote, shorter by a twentieth. */
async function shortened(files: readonly { text: string }[]): Promise<Uint8Array> {
  const [file] = files
  if (file === undefined || files.length !== 1)
    throw new Error(`One output file was expected, not ${files.length}`)
  const { code = '' } = await minify(file.text, { module: true, ecma: 2020, format: { comments: false } })
  return new TextEncoder().encode(code)
}
