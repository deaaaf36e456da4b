import { type Parser, parser, parser_end, parser_write, type Renderer } from 'streaming-markdown'
import { truncate } from '../../bus/contract/text.ts'
import { appendNode, appendText, endNode, setOn } from './preview-nodes.ts'

/** Text is parsed in pieces of this many code units, and what is undecided between them may be this long. */
const pieceLength = 2_048
const maxPendingLength = 4_096

/** Deeper nesting is shown flat: a browser's layout has an end too. */
const maxDepth = 24

/**
 * Shows Markdown while it grows. Only what is new is parsed; text that was cut or changed is shown anew. The nodes are
 * made by `PreviewNodes`, which is where it is safe. The server's rendering replaces it in the end.
 */
export class Preview {
  readonly #root: HTMLElement
  #parser: Parser
  #shown = ''
  /** What follows a construct that never ended, as it was written. */
  #plain: Text | undefined

  constructor(root: HTMLElement) {
    this.#root = root
    this.#parser = this.#begin()
  }

  show(text: string): void {
    if (!text.startsWith(this.#shown)) this.#parser = this.#begin()
    let rest = text.slice(this.#shown.length)
    this.#shown = text
    if (this.#plain) {
      this.#plain.appendData(rest)
      return
    }
    while (rest !== '') {
      const piece = truncate(rest, pieceLength)
      parser_write(this.#parser, piece)
      rest = rest.slice(piece.length)
      // The parser takes quadratic time over a construct that never ends; such a text is shown as it stands.
      if (this.#parser.pending.length > maxPendingLength) {
        this.#giveUp(rest)
        return
      }
    }
  }

  /** Nothing follows: what was still undecided is decided. */
  end(): void {
    if (!this.#plain) parser_end(this.#parser)
  }

  #begin(): Parser {
    this.#shown = ''
    this.#plain = undefined
    this.#root.replaceChildren()
    return parser(new PreviewNodes(this.#root).renderer)
  }

  #giveUp(rest: string): void {
    const paragraph = document.createElement('p')
    this.#plain = new Text(this.#parser.pending + rest)
    paragraph.append(this.#plain)
    this.#root.append(paragraph)
  }
}

interface Open {
  readonly token: number
  readonly node: HTMLElement
  /** Of a link or image: where it points, as written. */
  url?: string | undefined
}

/**
 * Makes the nodes of a preview, in the structure the server renders. Text only ever becomes text nodes; a link gets
 * an address of an allowed scheme or stays the text it was; an image is a link, since one that is fetched by itself
 * tells its host what is said here.
 */
class PreviewNodes {
  readonly #open: Open[]

  constructor(root: HTMLElement) {
    this.#open = [{ token: 0, node: root }]
  }

  get renderer(): Renderer<undefined> {
    return {
      data: undefined,
      add_token: (_, token) => this.#add(token),
      end_token: () => this.#end(),
      add_text: (_, text) => appendText(this.#top.node, text),
      set_attr: (_, name, value) => this.#set(name, value),
    }
  }

  get #top(): Open {
    return this.#open[this.#open.length - 1] as Open
  }

  #add(token: number): void {
    const parent = this.#top.node
    const node = this.#open.length > maxDepth ? parent : appendNode(parent, token)
    this.#open.push({ token, node })
  }

  #end(): void {
    const open = this.#open.pop()
    if (open && open.node !== this.#top.node) endNode(open.node, open.token, open.url)
  }

  #set(name: number, value: string): void {
    const open = this.#top
    open.url = setOn(open.node, name, value) ?? open.url
  }
}
