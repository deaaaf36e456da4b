import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderMarkdown } from './markdown.ts'

test('raw HTML stays text', () => {
  const html = renderMarkdown('<script>alert(1)</script>\n\nHello <img src=x onerror=alert(1)>')
  assert.doesNotMatch(html, /<script|<img/)
  assert.match(html, /&lt;script&gt;/)
})

test('links of allowed schemes open elsewhere, others stay text', () => {
  assert.match(
    renderMarkdown('[a](https://example.org/x) and https://example.org'),
    /<a href="https:\/\/example\.org\/x" target="_blank" rel="noopener noreferrer nofollow">a<\/a>/,
  )
  assert.match(renderMarkdown('[m](mailto:a@example.org)'), /<a href="mailto:/)
  for (const url of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    '/local',
    'blob:x',
    '//host/x',
    'file:///etc/passwd',
    '&#106;avascript:alert(1)',
  ]) {
    assert.doesNotMatch(renderMarkdown(`[x](${url}) ![x](${url}) <${url}>`), /<a |<img/, url)
  }
})

test('images become links, so nothing is fetched', () => {
  const html = renderMarkdown('![a "cat"](https://example.org/cat.png "title")')
  assert.doesNotMatch(html, /<img/)
  assert.match(
    html,
    /<a class="image-link" href="https:\/\/example\.org\/cat\.png"[^>]*>a &quot;cat&quot;<\/a>/,
  )
})

test('code is coloured by classes and keeps its markup as text', () => {
  const html = renderMarkdown('```ts\nconst a = "<b>"\n```')
  assert.match(html, /<span class="hljs-keyword">const<\/span>/)
  assert.match(html, /&lt;b&gt;/)
  assert.match(html, /<span class="code-language">ts<\/span>/)
  assert.match(renderMarkdown('```"><script>\nx\n```'), /<span class="code-language">text<\/span>/)
})

test('headings of an answer stand below that of its turn, in the order they have', () => {
  const html = renderMarkdown('# A `b`\n\n## C\n\n### D\n\n#### E\n\n###### F\n\nG\n===')
  assert.equal(
    html,
    '<h3>A <code>b</code></h3>\n<h4>C</h4>\n<h5>D</h5>\n<h6>E</h6>\n<h6>F</h6>\n<h3>G</h3>\n',
  )
})

test('tables scroll, and align by class', () => {
  const html = renderMarkdown('|a|b|\n|:-|-:|\n|1|2|')
  assert.match(html, /<div class="table-scroll"[^>]*><table>/)
  assert.match(html, /<td class="align-right">2<\/td>/)
})

test('math becomes MathML in all four notations', () => {
  for (const source of ['$x^2$', '$$\n\\frac{a}{b}\n$$', '\\(x\\)', '\\[\nx\n\\]']) {
    assert.match(renderMarkdown(source), /<math/, source)
  }
  assert.doesNotMatch(renderMarkdown('It costs $5 and then $6 more.'), /<math/)
  assert.match(renderMarkdown('$\\text{ style="x"}$'), /style=&quot;x&quot;/)
})

test('task lists show disabled boxes', () => {
  assert.match(renderMarkdown('- [x] done\n- [ ] open'), /<input[^>]*type="checkbox"[^>]*disabled/)
})

test('no rendering writes an inline style, a handler or an id', () => {
  const everything = [
    '# h',
    '|a|\n|:-:|\n|1|',
    '$$\\color{red}x \\badcommand \\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}$$',
    '$\\class{a}{b}$',
    '- [ ] task',
    '```js\n1\n```',
    '![x](https://example.org/x.png)',
    '~~old~~ **new** _it_ `code`\n> quote\n\n---\n1. one',
  ].join('\n\n')
  assert.doesNotMatch(renderMarkdown(everything), /<[^>]* (style|on\w+|id)=/)
})

test('a long hostile reply is rendered whole', () => {
  for (const piece of [
    '[',
    '![',
    '*',
    '_a',
    '`',
    '> ',
    '$',
    '$$',
    '\\(',
    '<',
    '&',
    '|a|b\n',
    '- ',
    '](',
    '~~',
    'http://a',
    '**a*',
    '1. ',
  ]) {
    const source = piece.repeat(Math.ceil(20_000 / piece.length))
    assert.equal(typeof renderMarkdown(source), 'string', piece)
  }
})

test('code is coloured up to a bound for each block and for the whole reply', () => {
  const block = (lines: number) => `\`\`\`ini\n${'a.b = 1\n'.repeat(lines)}\`\`\`\n\n`
  const coloured = (source: string) => renderMarkdown(source).match(/hljs-attr/g)?.length ?? 0
  assert.equal(coloured(block(1_000)), 1_000)
  assert.equal(coloured(block(1_300)), 0)
  assert.equal(coloured(block(1_000).repeat(9)), 5_000)
})

test('past a thousand bracket formulas and task boxes these stay text, and the rest is rendered', () => {
  const count = (source: string, mark: RegExp) => renderMarkdown(source).match(mark)?.length ?? 0
  assert.equal(count('\\(x\\) '.repeat(50), /<math/g), 50)
  assert.equal(count('- [ ] x\n'.repeat(50), /<input/g), 50)
  const many = `${'\\(x\\) '.repeat(501)}\n\n${'- [ ] x\n'.repeat(500)}\n`
  assert.equal(count(many, /<math|<input/g), 0)
  assert.equal(count(`${many}\n$y$ [a](https://example.org)`, /<math|target="_blank"/g), 2)
})
