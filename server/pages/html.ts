import type { HoleKind } from './html-holes.ts'
import { holesOf, isCodeAttribute, isUrlAttribute } from './html-holes.ts'

/** HTML that may stand in a page as it is. Only `html`, `raw` and `attributes` make one. */
export class Html {
  readonly #text: string
  /** Whether it is a list of attributes, and so may stand inside a tag and nowhere else. */
  readonly inTag: boolean

  constructor(text: string, inTag = false) {
    this.#text = text
    this.inTag = inTag
  }

  toString(): string {
    return this.#text
  }
}

export type Hole = string | number | Html | null | undefined | false | readonly Hole[]

/**
 * A piece of HTML whose holes are escaped for where they stand: text, a quoted attribute, a URL, or (a part of) one.
 * `null`, `undefined` and `false` leave nothing; arrays are joined. A template with a hole that cannot be made safe
 * (an unquoted attribute, a script, an event handler, a style) throws a TypeError the first time it is used.
 */
export function html(strings: TemplateStringsArray, ...holes: Hole[]): Html {
  const kinds = holesOf(strings)
  let text = strings[0] ?? ''
  for (const [index, hole] of holes.entries()) {
    text += fill(hole, kinds[index] ?? 'text') + (strings[index + 1] ?? '')
  }
  return new Html(text)
}

/** Takes text as HTML without a look at it: for what another part has already made safe. */
export const raw = (trusted: string): Html => new Html(trusted)

/**
 * Attributes for the inside of a tag: `html\`<a ${attributes({ href, hidden: true })}>\``. `true` leaves the bare name;
 * `false`, `null` and `undefined` leave the attribute out.
 */
export function attributes(
  values: Readonly<Record<string, string | number | boolean | null | undefined>>,
): Html {
  let text = ''
  for (const [name, value] of Object.entries(values)) {
    if (value === false || value === null || value === undefined) continue
    if (!attributeName.test(name) || isCodeAttribute(name)) {
      throw new TypeError(`The attribute ${name} cannot be given a value`)
    }
    text +=
      value === true
        ? ` ${name}`
        : ` ${name}="${fill(String(value), isUrlAttribute(name) ? 'url' : 'attribute')}"`
  }
  return new Html(text.trimStart(), true)
}

const attributeName = /^[a-z][a-z0-9:-]*$/

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (mark) => escapes[mark] ?? mark)

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function fill(hole: Hole, kind: HoleKind): string {
  if (hole === null || hole === undefined || hole === false) return ''
  if (isList(hole)) return hole.map((part) => fill(part, kind)).join('')
  if (kind === 'tag') return fillTag(hole)
  if (hole instanceof Html) return fillHtml(hole, kind)
  if (kind === 'url') return escapeHtml(safeUrl(String(hole)))
  if (kind === 'url-part') return encodeURIComponent(String(hole).toWellFormed())
  return escapeHtml(String(hole))
}

const isList = (hole: Hole): hole is readonly Hole[] => Array.isArray(hole)

function fillTag(hole: string | number | Html): string {
  if (hole instanceof Html && hole.inTag) return hole.toString()
  throw new TypeError('Only attributes() may stand inside a tag')
}

function fillHtml(hole: Html, kind: HoleKind): string {
  if (kind === 'text' && !hole.inTag) return hole.toString()
  throw new TypeError('HTML may stand between tags only')
}

/** A path of this site, a fragment, or an address of a scheme that runs nothing; anything else becomes `#`. */
function safeUrl(url: string): string {
  if (/^(?:\/(?![/\\])|#)/.test(url)) return url
  return /^(?:https?|mailto):/i.test(url) ? url : '#'
}
