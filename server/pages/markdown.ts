import { tasklist } from '@mdit/plugin-tasklist'
import { tex } from '@mdit/plugin-tex'
import hljs from 'highlight.js/lib/common'
import MarkdownIt, { type RendererRule, type Token } from 'markdown-it'
import temml from 'temml'

/**
 * Longer code, and what comes after so much of it in one reply, is shown without colours; longer formulas as their
 * source. Some languages take quadratic time, and the whole hub waits meanwhile: 3 seconds for 40,000 code units.
 */
const maxHighlightLength = 10_000
const maxHighlightTotal = 40_000
const maxFormulaLength = 2_000

/**
 * A bracket that opens a formula may have the whole rest searched for its end, and a task's box the whole list for its
 * beginning: past so many of both in one reply they stay text.
 */
const maxSearches = 1_000

/** Schemes a link may have; anything else stays text. Relative links mean nothing in a reply, so they do too. */
const linkSchemes = /^(https?:\/\/|mailto:)/i

/**
 * Renders a reply's Markdown as HTML that is safe to insert: raw HTML is text, links have an allowed scheme and open
 * elsewhere, images are links (a remote image, fetched by itself, would tell its host what is said here), and no
 * inline style is written, which the page's policy forbids.
 */
export function renderMarkdown(source: string): string {
  const searches = source.match(/\\[([]|\[[ xX]\]/g)?.length ?? 0
  const rendering: Rendering = { highlighted: 0 }
  return (searches > maxSearches ? withoutSearches : withAll).render(source, rendering)
}

/** What is counted while one reply is rendered. */
interface Rendering {
  /** Code units that were coloured. */
  highlighted: number
}

const alignments: Readonly<Record<string, string>> = {
  'text-align:left': 'align-left',
  'text-align:center': 'align-center',
  'text-align:right': 'align-right',
}

const rules: Readonly<Record<string, RendererRule>> = {
  link_open: (tokens, index, options, _env, self) => {
    openElsewhere(tokens[index])
    return self.renderToken(tokens, index, options)
  },
  image: (tokens, index) => {
    const token = tokens[index]
    const url = escapeText(String(token?.attrGet('src') ?? ''))
    const label = escapeText(token?.content || 'Image')
    return `<a class="image-link" href="${url}" target="_blank" rel="${elsewhere}">${label}</a>`
  },
  heading_open: (tokens, index) => `<${belowTurn(tokens[index])}>`,
  heading_close: (tokens, index) => `</${belowTurn(tokens[index])}>\n`,
  table_open: () => '<div class="table-scroll" tabindex="0" role="region" aria-label="Table"><table>\n',
  table_close: () => '</table></div>\n',
  th_open: renderCell,
  td_open: renderCell,
  fence: (tokens, index, _options, rendering) =>
    renderCode(tokens[index]?.content ?? '', tokens[index]?.info ?? '', rendering),
  code_block: (tokens, index, _options, rendering) => renderCode(tokens[index]?.content ?? '', '', rendering),
}

const withoutSearches = createRenderer().use(tex, { delimiters: 'dollars', render: renderFormula })
const withAll = createRenderer()
  .use(tex, { delimiters: 'all', render: renderFormula })
  .use(tasklist, { disabled: true, label: false })
withAll.renderer.rules.checkbox_input = renderBox

function createRenderer(): MarkdownIt {
  const made = new MarkdownIt({ html: false, linkify: true, breaks: true, typographer: false })
  made.linkify.set({ fuzzyLink: false, fuzzyEmail: false })
  made.validateLink = (url) => linkSchemes.test(url.trim())
  Object.assign(made.renderer.rules, rules)
  return made
}

/** The task list plugin numbers its boxes from 0 in every reply; two of the same id on a page are an error. */
function renderBox(...[tokens, index]: Parameters<RendererRule>): string {
  const state = tokens[index]?.attrGet('checked') ? 'checked aria-label="Done"' : 'aria-label="To do"'
  return `<input type="checkbox" disabled ${state}>`
}

const elsewhere = 'noopener noreferrer nofollow'

function openElsewhere(token: Token | undefined): void {
  token?.attrSet('target', '_blank')
  token?.attrSet('rel', elsewhere)
}

/** A turn has a heading of the second level, and an answer's own stand below it; `web/chat/preview-nodes.ts` has the same. */
const belowTurn = (token: Token | undefined): string => `h${Math.min(6, 2 + Number(token?.tag.slice(1)))}`

function renderCell(...[tokens, index, options, , self]: Parameters<RendererRule>): string {
  const token = tokens[index]
  const alignment = alignments[String(token?.attrGet('style') ?? '')]
  if (token !== undefined) token.attrs = alignment === undefined ? null : [['class', alignment]]
  return self.renderToken(tokens, index, options)
}

function renderCode(content: string, info: string, rendering: Rendering): string {
  const language = /^[\w+#.-]{1,30}/.exec(info.trim())?.[0] ?? ''
  return [
    `<div class="code-block"><div class="code-head"><span class="code-language">${escapeText(language || 'text')}</span>`,
    '<button type="button" class="code-copy" data-action="copy-code">Copy</button></div>',
    `<pre tabindex="0"><code class="hljs">${highlight(content, language, rendering)}</code></pre></div>\n`,
  ].join('')
}

function highlight(content: string, language: string, rendering: Rendering): string {
  if (content.length > maxHighlightLength || hljs.getLanguage(language) === undefined)
    return escapeText(content)
  rendering.highlighted += content.length
  if (rendering.highlighted > maxHighlightTotal) return escapeText(content)
  return hljs.highlight(content, { language, ignoreIllegals: true }).value
}

/** A formula as MathML. The style attributes that the library adds are taken off its tags, never off its text. */
function renderFormula(source: string, displayMode: boolean): string {
  if (source.length > maxFormulaLength) return `<code>${escapeText(source)}</code>`
  const mathml = temml.renderToString(source, {
    displayMode,
    throwOnError: false,
    trust: false,
    maxExpand: 200,
    maxSize: [20, 20],
  })
  const plain = mathml.replaceAll(/<[^>]*>/g, (tag) => tag.replaceAll(/ style="[^"]*"/g, ''))
  return displayMode
    ? `<div class="formula" tabindex="0" role="region" aria-label="Formula">${plain}</div>\n`
    : plain
}

function escapeText(text: string): string {
  return withAll.utils.escapeHtml(text)
}
