import { posix } from 'node:path'
import { arrows, neverInBrowsers, packageRooms, roomOf } from './arrows.ts'
import { type Import, readImports } from './read-imports.ts'

/** Modules by their path from the root, with slashes. */
export type Sources = ReadonlyMap<string, string>

/** Every import that goes against the arrows, as `file:line imports x: why not`. */
export function findViolations(sources: Sources): string[] {
  const imports = new Map([...sources].map(([file, source]) => [file, readImports(source)]))
  const violations: string[] = []
  for (const [file, list] of imports)
    for (const one of list) {
      const why = reasonAgainst(file, one) ?? reasonInBrowsers(file, one, imports)
      if (why !== undefined) violations.push(`${file}:${one.line} imports ${one.specifier}: ${why}`)
    }
  return violations
}

function reasonAgainst(file: string, { specifier }: Import): string | undefined {
  const room = roomOf(file)
  if (room === undefined) return undefined
  if (!specifier.startsWith('.')) return reasonAgainstPackage(file, room.arrow, specifier)
  const target = resolve(file, specifier)
  const arrow = arrows.find(({ room: name }) => name === room.arrow)
  if (arrow === undefined) return `${room.arrow} is a room the table does not know`
  const allowed = [room.folder, ...(arrow.mayImport ?? [])]
  if (allowed.some((folder) => target.startsWith(`${folder}/`))) return undefined
  return `${room.folder} may import ${arrow.words}`
}

function reasonAgainstPackage(file: string, arrow: string, specifier: string): string | undefined {
  if (arrow === 'bus/contract' && specifier.startsWith('node:'))
    return 'bus/contract runs in a browser and has no Node API'
  const name = Object.keys(packageRooms).find(
    (known) => specifier === known || specifier.startsWith(known.endsWith('/') ? known : `${known}/`),
  )
  const home = name === undefined ? undefined : packageRooms[name]
  return home === undefined || file.startsWith(`${home}/`) ? undefined : `it belongs to ${home} alone`
}

type ImportsByFile = ReadonlyMap<string, readonly Import[]>

/** A browser loads what its modules import as values, and what that imports, to the end. */
function reasonInBrowsers(file: string, one: Import, imports: ImportsByFile): string | undefined {
  if (roomOf(file)?.arrow !== 'web' || one.typeOnly) return undefined
  const way = wayToForbidden(one.specifier, file, imports, new Set())
  return way === undefined ? undefined : `a browser would load ${way.join(', which loads ')}`
}

function wayToForbidden(
  specifier: string,
  from: string,
  imports: ImportsByFile,
  seen: Set<string>,
): string[] | undefined {
  if (neverInBrowsers.includes(specifier)) return [specifier]
  if (!specifier.startsWith('.')) return undefined
  const target = resolve(from, specifier)
  if (seen.has(target)) return undefined
  seen.add(target)
  for (const next of imports.get(target) ?? []) {
    const way = next.typeOnly ? undefined : wayToForbidden(next.specifier, target, imports, seen)
    if (way !== undefined) return [target, ...way]
  }
  return undefined
}

const resolve = (file: string, specifier: string): string => posix.join(posix.dirname(file), specifier)
