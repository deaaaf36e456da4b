import type * as markdown from 'streaming-markdown'

/** As `server/pages/markdown.ts` has them. */
const linkSchemes = /^(https?:\/\/|mailto:)/i
const urlTail = /[.,;:!?)\]}'"*_]+$/
const languageName = /^[\w+#.-]{1,30}/

// Written out, since 40 names on both sides of an import are a tenth of the preview; their types hold them.
const PARAGRAPH: typeof markdown.PARAGRAPH = 2
const HEADING_1: typeof markdown.HEADING_1 = 3
const HEADING_2: typeof markdown.HEADING_2 = 4
const HEADING_3: typeof markdown.HEADING_3 = 5
const HEADING_4: typeof markdown.HEADING_4 = 6
const HEADING_5: typeof markdown.HEADING_5 = 7
const HEADING_6: typeof markdown.HEADING_6 = 8
const CODE_BLOCK: typeof markdown.CODE_BLOCK = 9
const CODE_FENCE: typeof markdown.CODE_FENCE = 10
const CODE_INLINE: typeof markdown.CODE_INLINE = 11
const ITALIC_AST: typeof markdown.ITALIC_AST = 12
const ITALIC_UND: typeof markdown.ITALIC_UND = 13
const STRONG_AST: typeof markdown.STRONG_AST = 14
const STRONG_UND: typeof markdown.STRONG_UND = 15
const STRIKE: typeof markdown.STRIKE = 16
const LINK: typeof markdown.LINK = 17
const RAW_URL: typeof markdown.RAW_URL = 18
const IMAGE: typeof markdown.IMAGE = 19
const BLOCKQUOTE: typeof markdown.BLOCKQUOTE = 20
const LINE_BREAK: typeof markdown.LINE_BREAK = 21
const RULE: typeof markdown.RULE = 22
const LIST_UNORDERED: typeof markdown.LIST_UNORDERED = 23
const LIST_ORDERED: typeof markdown.LIST_ORDERED = 24
const LIST_ITEM: typeof markdown.LIST_ITEM = 25
const CHECKBOX: typeof markdown.CHECKBOX = 26
const TABLE: typeof markdown.TABLE = 27
const TABLE_ROW: typeof markdown.TABLE_ROW = 28
const TABLE_CELL: typeof markdown.TABLE_CELL = 29
const EQUATION_BLOCK: typeof markdown.EQUATION_BLOCK = 30
const EQUATION_INLINE: typeof markdown.EQUATION_INLINE = 31
const HREF: typeof markdown.HREF = 1
const SRC: typeof markdown.SRC = 2
const LANG: typeof markdown.LANG = 4
const CHECKED: typeof markdown.CHECKED = 8
const START: typeof markdown.START = 16

const tags: Readonly<Record<number, string>> = {
  [PARAGRAPH]: 'p',
  [HEADING_1]: 'h3',
  [HEADING_2]: 'h4',
  [HEADING_3]: 'h5',
  [HEADING_4]: 'h6',
  [HEADING_5]: 'h6',
  [HEADING_6]: 'h6',
  [BLOCKQUOTE]: 'blockquote',
  [LINE_BREAK]: 'br',
  [RULE]: 'hr',
  [ITALIC_AST]: 'em',
  [ITALIC_UND]: 'em',
  [STRONG_AST]: 'strong',
  [STRONG_UND]: 'strong',
  [STRIKE]: 's',
  [CODE_INLINE]: 'code',
  [LINK]: 'a',
  [RAW_URL]: 'a',
  [IMAGE]: 'a',
  [LIST_UNORDERED]: 'ul',
  [LIST_ORDERED]: 'ol',
  [LIST_ITEM]: 'li',
  [TABLE_ROW]: 'tr',
  [CHECKBOX]: 'input',
}

/** Makes what a token stands for, in the structure the server renders. @returns where its inside goes. */
export function appendNode(parent: HTMLElement, token: number): HTMLElement {
  if (token === CODE_FENCE || token === CODE_BLOCK) return appendCode(parent)
  if (token === TABLE) return appendTable(parent)
  if (token === TABLE_ROW) return append(rowGroup(parent), 'tr')
  if (token === TABLE_CELL) return append(parent, parent.closest('thead') ? 'th' : 'td')
  if (token === EQUATION_BLOCK || token === EQUATION_INLINE)
    return appendFormula(parent, token === EQUATION_BLOCK)
  const node = append(parent, tags[token] ?? 'span')
  if (token === IMAGE) node.className = 'image-link'
  if (token === CHECKBOX) markTask(node, parent)
  return node
}

/** The inside of a token is complete. @param url of a link or image: where it points, as written. */
export function endNode(node: HTMLElement, token: number, url: string | undefined): void {
  if (token === RAW_URL) endAddress(node)
  else if (token === EQUATION_INLINE || token === EQUATION_BLOCK) appendText(node, '$')
  else if (token === LINK || token === IMAGE) endLink(node, token === IMAGE, url)
}

/** Sets what the parser found out about a token. @returns where a link or an image points, as written. */
export function setOn(node: HTMLElement, name: number, value: string): string | undefined {
  const words = value.trim()
  if (name === HREF || name === SRC) {
    pointTo(node, words)
    return words
  }
  if (name === START) node.setAttribute('start', value)
  else if (name === CHECKED) node.setAttribute('checked', '')
  else if (name === LANG) {
    const language = node.closest('.code-block')?.querySelector('.code-language')
    if (language) language.textContent = languageName.exec(words)?.[0] ?? 'text'
  }
  return undefined
}

function append(parent: Element, tag: string, className?: string): HTMLElement {
  const node = document.createElement(tag)
  if (className) node.className = className
  parent.append(node)
  return node
}

/** A text node grows, so that a long reply is not a thousand of them. */
export function appendText(node: HTMLElement, text: string): void {
  if (node.lastChild instanceof Text) node.lastChild.appendData(text)
  else node.append(text)
}

function appendCode(parent: HTMLElement): HTMLElement {
  const block = append(parent, 'div', 'code-block')
  const head = append(block, 'div', 'code-head')
  append(head, 'span', 'code-language').textContent = 'text'
  const copy = append(head, 'button', 'code-copy')
  copy.setAttribute('type', 'button')
  copy.dataset.action = 'copy-code'
  copy.textContent = 'Copy'
  const frame = append(block, 'pre')
  frame.tabIndex = 0
  return append(frame, 'code', 'hljs')
}

function appendTable(parent: HTMLElement): HTMLElement {
  const region = append(parent, 'div', 'table-scroll')
  region.tabIndex = 0
  region.setAttribute('role', 'region')
  region.setAttribute('aria-label', 'Table')
  return append(region, 'table')
}

const rowGroup = (table: HTMLElement): Element =>
  table.children[1] ?? append(table, table.children.length === 0 ? 'thead' : 'tbody')

/** The formula's source, between marks, until the server's rendering comes. */
function appendFormula(parent: HTMLElement, isBlock: boolean): HTMLElement {
  const node = append(parent, isBlock ? 'div' : 'span', isBlock ? 'formula' : undefined)
  node.textContent = '$'
  return node
}

function markTask(box: HTMLElement, item: HTMLElement): void {
  box.setAttribute('type', 'checkbox')
  box.setAttribute('disabled', '')
  item.className = 'task-list-item'
  if (item.parentElement) item.parentElement.className = 'task-list-container'
}

function pointTo(link: HTMLElement, url: string): void {
  if (!linkSchemes.test(url)) return
  link.setAttribute('href', url)
  link.setAttribute('target', '_blank')
  link.setAttribute('rel', 'noopener noreferrer nofollow')
}

/** What only looked like a link, and one that leads nowhere allowed, is the text it was. */
function endLink(node: HTMLElement, isImage: boolean, url: string | undefined): void {
  if (node.hasAttribute('href')) {
    if (isImage && node.textContent === '') node.textContent = 'Image'
    return
  }
  node.before(isImage ? '![' : '[')
  node.after(url === undefined ? ']' : `](${url})`)
  node.replaceWith(...node.childNodes)
}

/** Marks that end a sentence are not part of an address. */
function endAddress(link: HTMLElement): void {
  const address = link.textContent ?? ''
  const tail = urlTail.exec(address)?.[0] ?? ''
  if (tail === '') return
  const url = address.slice(0, -tail.length)
  link.textContent = url
  link.setAttribute('href', url)
  link.after(tail)
}
