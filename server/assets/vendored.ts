/** Packages the browser gets by their bare names, each as one chunk of its own with just what is used of it. */
export const vendored: Readonly<Record<string, string>> = {
  'streaming-markdown': `export { ${markdownNames()} } from 'streaming-markdown'`,
  htmx: `export { default } from 'htmx.org/dist/htmx.esm.js'`,
  alpine: alpineParts(),
}

/** Alpine's object of everything, which its directives hand on to plugins; there are none. */
export const leftOut = /^\.\/alpine$/

/** What the preview uses of the parser; the rest of it, above all two renderers, is a third of its size. */
function markdownNames(): string {
  const functions = 'parser, parser_write, parser_end'
  const blocks = 'DOCUMENT, PARAGRAPH, BLOCKQUOTE, LINE_BREAK, RULE, CODE_BLOCK, CODE_FENCE, EQUATION_BLOCK'
  const headings = 'HEADING_1, HEADING_2, HEADING_3, HEADING_4, HEADING_5, HEADING_6'
  const spans = 'ITALIC_AST, ITALIC_UND, STRONG_AST, STRONG_UND, STRIKE, CODE_INLINE, LINK, RAW_URL, IMAGE'
  const parts =
    'LIST_UNORDERED, LIST_ORDERED, LIST_ITEM, TABLE, TABLE_ROW, TABLE_CELL, CHECKBOX, EQUATION_INLINE'
  const attributes = 'HREF, SRC, LANG, CHECKED, START'
  return [functions, blocks, headings, spans, parts, attributes].join(', ')
}

/**
 * Alpine's CSP build, put together from its own sources as its `src/index.js` does, with `x-data`, `x-on`, `$el` and
 * `$root` alone: what no page uses is a third of it. `vendored.test.ts` holds the pages to these.
 */
function alpineParts(): string {
  return `import { cspEvaluator, cspRawEvaluator } from '@alpinejs/csp/src/evaluator'
import { effect, reactive, stop, toRaw } from '@vue/reactivity'
import { data } from 'alpinejs/src/datas'
import { setEvaluator, setRawEvaluator } from 'alpinejs/src/evaluator'
import { start } from 'alpinejs/src/lifecycle'
import { setReactivityEngine } from 'alpinejs/src/reactivity'
import 'alpinejs/src/magics/$el'
import 'alpinejs/src/magics/$root'
import 'alpinejs/src/directives/x-data'
import 'alpinejs/src/directives/x-on'
setEvaluator(cspEvaluator)
setRawEvaluator(cspRawEvaluator)
setReactivityEngine({
  reactive,
  effect: (callback, { scheduler } = {}) => {
    let runner
    const run = () => runner && (scheduler ? scheduler(runner) : runner())
    runner = effect(callback, { scheduler: run })
    return runner
  },
  release: stop,
  raw: toRaw,
})
export default { data, start }`
}
