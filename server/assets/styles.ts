import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { compile, optimize } from '@tailwindcss/node'
import { Scanner } from '@tailwindcss/oxide'

/** Compiles one Tailwind stylesheet, with the classes found in the sources that it names by `@source`, minified. */
export async function buildStyles(root: string, file: string): Promise<Uint8Array> {
  const from = path.join(root, file)
  const compiler = await compile(await readFile(from, 'utf8'), {
    base: path.dirname(from),
    from,
    onDependency: () => {},
  })
  const scanner = new Scanner({ sources: compiler.sources })
  const { code } = optimize(compiler.build(scanner.scan()), { minify: true })
  return new TextEncoder().encode(code)
}
