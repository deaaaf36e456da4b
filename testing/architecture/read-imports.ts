/** One import of a module: by name, in which line, and whether it is gone once types are stripped. */
export interface Import {
  readonly specifier: string
  readonly line: number
  readonly typeOnly: boolean
}

/**
 * The imports and re-exports of a module, dynamic ones with a plain text included. `import { type A }` counts as a
 * value: stripped of its types it still loads the module.
 */
export function readImports(source: string): Import[] {
  const { code, texts } = withoutTexts(source)
  const imports: Import[] = []
  for (const pattern of [fromPattern, barePattern, callPattern])
    for (const match of code.matchAll(pattern)) {
      const { words = '', text = '' } = match.groups ?? {}
      imports.push({
        specifier: texts[Number(text)] ?? '',
        line: code.slice(0, match.index).split('\n').length,
        typeOnly: /^(import|export)\s+type\b(?!\s*from\b)/.test(words),
      })
    }
  return imports.sort((one, other) => one.line - other.line)
}

/** After `withoutTexts` every text is its number in quotes, so that nothing inside one can look like an import. */
const fromPattern = /(?<![\w.$])(?<words>(?:import|export)\b[^"();=]*?\bfrom)\s*"(?<text>\d+)"/g
const barePattern = /(?<![\w.$])(?<words>import)\s*"(?<text>\d+)"/g
const callPattern = /(?<![\w.$])(?<words>import|require)\s*\(\s*"(?<text>\d+)"/g

/** The code with comments gone, regular expressions emptied and texts replaced by numbers; lines stay where they are. */
function withoutTexts(source: string): { code: string; texts: string[] } {
  const texts: string[] = []
  let code = ''
  let at = 0
  while (at < source.length) {
    const end = endOfSpan(source, at, code)
    const span = source.slice(at, end)
    const first = span[0]
    if (span.length === 1) code += span
    else {
      if (first === '/') code += ' '
      else code += `"${texts.push(span.slice(1, -1)) - 1}"`
      code += '\n'.repeat(span.split('\n').length - 1)
    }
    at = end
  }
  return { code, texts }
}

/** Where the comment, text or regular expression that begins here ends; one character on for anything else. */
function endOfSpan(source: string, at: number, before: string): number {
  const pair = source.slice(at, at + 2)
  if (pair === '//') return endOr(source.indexOf('\n', at), source)
  if (pair === '/*') return endOr(source.indexOf('*/', at + 2) + 2, source)
  const [character] = pair
  if (character === "'" || character === '"') return closing(source, at, character)
  if (character === '`') return closingTemplate(source, at)
  if (character === '/' && mayBeginExpression.test(before.trimEnd())) return closingExpression(source, at)
  return at + 1
}

const endOr = (index: number, source: string): number => (index < 2 ? source.length : index)

/** A slash after one of these begins a regular expression; after anything else it divides. */
const mayBeginExpression = /(^|[(,=:[!&|?{};+\-*%~^<>]|\b(return|typeof|case|of|in|do|else))$/

function closing(source: string, at: number, quote: string): number {
  let index = at + 1
  while (index < source.length && source[index] !== quote) index += source[index] === '\\' ? 2 : 1
  return index + 1
}

function closingExpression(source: string, at: number): number {
  let inClass = false
  let index = at + 1
  while (index < source.length && (inClass || source[index] !== '/')) {
    if (source[index] === '[') inClass = true
    if (source[index] === ']') inClass = false
    index += source[index] === '\\' ? 2 : 1
  }
  return index + 1
}

function closingTemplate(source: string, at: number): number {
  let index = at + 1
  while (index < source.length && source[index] !== '`') {
    if (source.startsWith('${', index)) index = closingBrace(source, index + 2)
    else index += source[index] === '\\' ? 2 : 1
  }
  return index + 1
}

function closingBrace(source: string, at: number): number {
  let index = at
  for (let depth = 1; index < source.length && depth > 0; ) {
    const end = endOfSpan(source, index, source.slice(Math.max(0, index - 20), index))
    if (end === index + 1) depth += source[index] === '{' ? 1 : source[index] === '}' ? -1 : 0
    index = end
  }
  return index
}
