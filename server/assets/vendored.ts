/** Packages the browser gets by their bare names, each as one chunk of its own with just what is used of it. */
export const vendored: Readonly<Record<string, string>> = {
  'streaming-markdown': `export { parser, parser_write, parser_end } from 'streaming-markdown'`,
  htmx: `export { default } from 'htmx.org/dist/htmx.esm.js'`,
  alpine: alpineParts(),
  webauthn: `export { startAuthentication, startRegistration } from '@simplewebauthn/browser'`,
}

/** Alpine's object of everything, which its directives hand on to plugins; there are none. */
export const leftOut = /^\.\/alpine$/

/**
 * Alpine's CSP build, put together from its own sources as its `src/index.js` does, with `x-data`, `x-on`, `$el` and
 * `$root` alone: what no page uses is a third of it. `vendored.test.ts` holds the pages to these.
 */
function alpineParts(): string {
  return `import { cspEvaluator, cspRawEvaluator } from '@alpinejs/csp/src/evaluator'
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
setReactivityEngine({ reactive: (data) => data, effect: (run) => run(), release() {}, raw: (data) => data })
export default { data, start }`
}
