import * as markdown from 'streaming-markdown'

/** What the parser hands over, piece by piece. */
type Renderer = markdown.Renderer<undefined>

/** Deeper nesting is shown flat: a browser's layout has an end too. */
const maxDepth = 24

/** As `server/pages/markdown.ts` has them. */
const linkSchemes = /^(https?:\/\/|mailto:)/i
const languageName = /^[\w+#.-]{1,30}/
const urlTail = /[.,;:!?)\]}'"*_]+$/

const tags: Readonly<Record<number, string>> = {
  [markdown.PARAGRAPH]: 'p',
  [markdown.HEADING_1]: 'h1',
  [markdown.HEADING_2]: 'h2',
  [markdown.HEADING_3]: 'h3',
  [markdown.HEADING_4]: 'h4',
  [markdown.HEADING_5]: 'h5',
  [markdown.HEADING_6]: 'h6',
  [markdown.BLOCKQUOTE]: 'blockquote',
  [markdown.LINE_BREAK]: 'br',
  [markdown.RULE]: 'hr',
  [markdown.ITALIC_AST]: 'em',
  [markdown.ITALIC_UND]: 'em',
  [markdown.STRONG_AST]: 'strong',
  [markdown.STRONG_UND]: 'strong',
  [markdown.STRIKE]: 's',
  [markdown.CODE_INLINE]: 'code',
  [markdown.LINK]: 'a',
  [markdown.RAW_URL]: 'a',
  [markdown.IMAGE]: 'a',
  [markdown.LIST_UNORDERED]: 'ul',
  [markdown.LIST_ORDERED]: 'ol',
  [markdown.LIST_ITEM]: 'li',
  [markdown.TABLE_ROW]: 'tr',
  [markdown.CHECKBOX]: 'input',
}

interface Open {
  readonly token: number
  readonly node: HTMLElement
  /** Of a link or image: where it points, as written. */
  url?: string
}

/**
 * Makes the nodes of a preview, in the structure the server renders. Text only ever becomes text nodes; a link gets
 * an address of an allowed scheme or stays the text it was; an image is a link, since one that is fetched by itself
 * tells its host what is said here.
 */
export class PreviewNodes {
  readonly #open: Open[]

  constructor(root: HTMLElement) {
    this.#open = [{ token: markdown.DOCUMENT, node: root }]
  }

  get renderer(): Renderer {
    return {
      data: undefined,
      add_token: (_, token) => this.#add(token),
      end_token: () => this.#end(),
      add_text: (_, text) => appendText(this.#top.node, text),
      set_attr: (_, name, value) => this.#set(name, value),
    }
  }

  /** For a text that is shown as it stands. */
  get plain(): Renderer {
    const ignore = () => {}
    return { ...this.renderer, add_token: ignore, end_token: ignore, set_attr: ignore }
  }

  get #top(): Open {
    return this.#open[this.#open.length - 1] as Open
  }

  #add(token: markdown.Token): void {
    const parent = this.#top.node
    const node = this.#open.length > maxDepth ? parent : appendNode(parent, token)
    this.#open.push({ token, node })
  }

  #end(): void {
    const open = this.#open.pop()
    if (open === undefined || open.node === this.#top.node) return
    const { token, node, url } = open
    if (token === markdown.RAW_URL) endAddress(node)
    else if (token === markdown.EQUATION_INLINE || token === markdown.EQUATION_BLOCK) appendText(node, '$')
    else if (token === markdown.LINK || token === markdown.IMAGE) endLink(node, token, url)
  }

  #set(name: markdown.Attr, value: string): void {
    const open = this.#top
    if (name === markdown.HREF || name === markdown.SRC) {
      open.url = value.trim()
      pointTo(open.node, open.url)
    } else if (name === markdown.START) open.node.setAttribute('start', value)
    else if (name === markdown.CHECKED) open.node.setAttribute('checked', '')
    else if (name === markdown.LANG) {
      const language = open.node.closest('.code-block')?.querySelector('.code-language')
      if (language) language.textContent = languageName.exec(value.trim())?.[0] ?? 'text'
    }
  }
}

function appendNode(parent: HTMLElement, token: number): HTMLElement {
  if (token === markdown.CODE_FENCE || token === markdown.CODE_BLOCK) return appendCode(parent)
  if (token === markdown.TABLE) return appendTable(parent)
  if (token === markdown.TABLE_ROW) return append(rowGroup(parent), 'tr')
  if (token === markdown.TABLE_CELL) return append(parent, parent.closest('thead') ? 'th' : 'td')
  if (token === markdown.EQUATION_BLOCK || token === markdown.EQUATION_INLINE)
    return appendFormula(parent, token)
  const node = append(parent, tags[token] ?? 'span')
  if (token === markdown.IMAGE) node.className = 'image-link'
  if (token === markdown.CHECKBOX) markTask(node, parent)
  return node
}

function append(parent: Element, tag: string, className?: string): HTMLElement {
  const node = document.createElement(tag)
  if (className) node.className = className
  parent.append(node)
  return node
}

/** A text node grows, so that a long reply is not a thousand of them. */
function appendText(node: HTMLElement, text: string): void {
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
function appendFormula(parent: HTMLElement, token: number): HTMLElement {
  const isBlock = token === markdown.EQUATION_BLOCK
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
function endLink(node: HTMLElement, token: number, url: string | undefined): void {
  if (node.hasAttribute('href')) {
    if (token === markdown.IMAGE && node.textContent === '') node.textContent = 'Image'
    return
  }
  node.before(token === markdown.IMAGE ? '![' : '[')
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
