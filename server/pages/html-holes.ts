/**
 * Where a hole of an `html` template stands: between tags, in a quoted attribute, at the beginning of a URL attribute,
 * further on in one, or inside a tag where attributes go.
 */
export type HoleKind = 'text' | 'attribute' | 'url' | 'url-part' | 'tag'

/** The kind of every hole of a template, worked out once. @throws TypeError where a hole could not be made safe. */
export function holesOf(strings: TemplateStringsArray): readonly HoleKind[] {
  const known = seen.get(strings)
  if (known) return known
  const kinds: HoleKind[] = []
  let place: Place = { state: 'text' }
  for (const piece of strings.slice(0, -1)) {
    place = walk(place, piece)
    if (place.state === 'text' && piece.endsWith('<')) throw new TypeError('A hole may not name a tag')
    kinds.push(kindAt(place))
    if (place.state === 'value') place = { ...place, begun: true }
  }
  seen.set(strings, kinds)
  return kinds
}

const seen = new WeakMap<TemplateStringsArray, readonly HoleKind[]>()

/** Attributes whose value is fetched or gone to. */
export const isUrlAttribute = (name: string): boolean =>
  /^(?:href|src|action|formaction|poster|cite|data|hx-(?:get|post|put|patch|delete|push-url|replace-url))$/.test(
    name,
  )

/** Attributes whose value is run, by the browser, HTMX or Alpine; or a style, which the policy refuses. */
export const isCodeAttribute = (name: string): boolean =>
  /^(?:on|hx-on|hx-vals|hx-trigger|hx-confirm|hx-headers|x-|@|:|style$|srcdoc$)/.test(name)

type Place =
  | { readonly state: 'text' | 'comment' }
  /** In a tag; `attribute` is the name that stands before, `assigned` once its `=` does. */
  | { readonly state: 'tag'; readonly tag: string; readonly attribute: string; readonly assigned: boolean }
  | {
      readonly state: 'value'
      readonly tag: string
      readonly attribute: string
      readonly quote: string
      readonly begun: boolean
    }
  /** In an element whose text is no HTML. */
  | { readonly state: 'code'; readonly tag: string }

function kindAt(place: Place): HoleKind {
  if (place.state === 'text') return 'text'
  if (place.state === 'value') {
    if (isCodeAttribute(place.attribute)) throw new TypeError(`A hole may not stand in ${place.attribute}`)
    if (!isUrlAttribute(place.attribute)) return 'attribute'
    return place.begun ? 'url-part' : 'url'
  }
  if (place.state === 'tag' && place.tag !== '' && !place.assigned) return 'tag'
  throw new TypeError(
    `A hole may not stand in a ${place.state === 'tag' ? 'bare attribute value' : place.state}`,
  )
}

function walk(start: Place, piece: string): Place {
  let place = start
  let rest = piece
  while (rest !== '') {
    const step = steps[place.state](place, rest)
    place = step.place
    rest = rest.slice(step.taken)
  }
  return place
}

interface Step {
  readonly place: Place
  readonly taken: number
}

const steps: Readonly<Record<Place['state'], (place: Place, rest: string) => Step>> = {
  text: (place, rest) => {
    const open = /<!--|<\/?[a-z][^\s/>]*/i.exec(rest)
    if (!open) return { place, taken: rest.length }
    const taken = open.index + open[0].length
    if (open[0] === '<!--') return { place: { state: 'comment' }, taken }
    return {
      place: { state: 'tag', tag: open[0].slice(1).toLowerCase(), attribute: '', assigned: false },
      taken,
    }
  },
  comment: (place, rest) => until(place, rest, '-->', { state: 'text' }),
  code: (place, rest) => {
    const tag = place.state === 'code' ? place.tag : ''
    const end = rest.toLowerCase().indexOf(`</${tag}`)
    if (end < 0) return { place, taken: rest.length }
    return { place: { state: 'text' }, taken: end }
  },
  tag: (place, rest) => insideTag(place, rest),
  value: (place, rest) => {
    if (place.state !== 'value') return { place, taken: rest.length }
    const end = rest.indexOf(place.quote)
    if (end < 0) return { place: { ...place, begun: true }, taken: rest.length }
    return { place: { state: 'tag', tag: place.tag, attribute: '', assigned: false }, taken: end + 1 }
  },
}

function until(place: Place, rest: string, mark: string, next: Place): Step {
  const end = rest.indexOf(mark)
  return end < 0 ? { place, taken: rest.length } : { place: next, taken: end + mark.length }
}

function insideTag(place: Place, rest: string): Step {
  if (place.state !== 'tag') return { place, taken: rest.length }
  const first = rest.charAt(0)
  if (first === '>') {
    const isCode = place.tag === 'script' || place.tag === 'style'
    return { place: isCode ? { state: 'code', tag: place.tag } : { state: 'text' }, taken: 1 }
  }
  if (first === '=') return { place: { ...place, assigned: true }, taken: 1 }
  if ((first === '"' || first === "'") && place.assigned) {
    return {
      place: { state: 'value', tag: place.tag, attribute: place.attribute, quote: first, begun: false },
      taken: 1,
    }
  }
  const space = /^[\s/]+/.exec(rest)
  if (space) return { place, taken: space[0].length }
  const word = /^[^\s=/>]+/.exec(rest)?.[0] ?? first
  return {
    place: { ...place, attribute: place.assigned ? '' : word.toLowerCase(), assigned: false },
    taken: word.length,
  }
}
