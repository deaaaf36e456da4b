import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attributes, html, raw } from './html.ts'

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='x",
  '&lt;',
  '</textarea>',
]

test('a template shows a stranger text as text', () => {
  for (const text of hostile) {
    const page = html`<p>${text}</p>`.toString()
    assert.equal(/[<>"'](?!\/?p>|p>)/.test(page.slice(3, -4)), false, page)
  }
})

test('a template keeps a stranger text inside its attribute', () => {
  for (const text of hostile) {
    const page = html`<p title="${text}" data-x='${text}'>x</p>`.toString()
    assert.equal(page.match(/"/g)?.length, 2, page)
    assert.equal(page.match(/'/g)?.length, 2, page)
    assert.equal(page.match(/[<>]/g)?.length, 4, page)
  }
})

test('a template writes numbers, lists and pieces, and nothing for what is absent', () => {
  const items = ['a', '<b>'].map((item) => html`<li>${item}</li>`)
  assert.equal(
    html`<ul>${items}${null}${undefined}${false}${0}</ul>`.toString(),
    '<ul><li>a</li><li>&lt;b&gt;</li>0</ul>',
  )
  assert.equal(html`<p>${raw('<i>x</i>')}</p>`.toString(), '<p><i>x</i></p>')
})

test('a template leaves no address that runs anything', () => {
  const refused = [
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'JaVaScRiPt:x',
    'data:text/html,x',
    '//evil.example',
    '/\\evil',
  ]
  for (const url of [...refused, 'vbscript:x', 'java\nscript:x', '']) {
    assert.equal(html`<a href="${url}">x</a>`.toString(), '<a href="#">x</a>')
    assert.equal(html`<a hx-get="${url}">x</a>`.toString(), '<a hx-get="#">x</a>')
    assert.equal(html`<a ${attributes({ href: url })}>x</a>`.toString(), '<a href="#">x</a>')
  }
  for (const url of ['/c/1?a=b', '#x', 'https://example.org/', 'mailto:a@example.org']) {
    assert.equal(html`<a href="${url}">x</a>`.toString(), `<a href="${url}">x</a>`)
  }
})

test('a template encodes what stands further on in an address', () => {
  assert.equal(
    html`<a href="/c/${'../x?y#z&"'}?q=${'a b&c'}">x</a>`.toString(),
    '<a href="/c/..%2Fx%3Fy%23z%26%22?q=a%20b%26c">x</a>',
  )
  assert.equal(html`<a href="/c/${'\ud800'}">x</a>`.toString(), '<a href="/c/%EF%BF%BD">x</a>')
})

test('a template refuses a hole that it cannot make safe', () => {
  assert.throws(() => html`<p title=${'x'}>`, TypeError)
  assert.throws(() => html`<script>${'x'}</script>`, TypeError)
  assert.throws(() => html`<style>${'x'}</style>`, TypeError)
  assert.throws(() => html`<p onclick="${'x'}">`, TypeError)
  assert.throws(() => html`<p hx-on:click="${'x'}">`, TypeError)
  assert.throws(() => html`<p x-data="${'x'}">`, TypeError)
  assert.throws(() => html`<p style="${'x'}">`, TypeError)
  assert.throws(() => html`<!-- ${'x'} -->`, TypeError)
  assert.throws(() => html`<p ${'onclick=x'}>`, TypeError)
  assert.throws(() => html`<${'p'}>`, TypeError)
  assert.throws(() => html`<p title="${raw('"')}">`, TypeError)
  assert.throws(() => html`<p>${attributes({ hidden: true })}</p>`, TypeError)
})

test('attributes are left out, bare or escaped as their values say', () => {
  const some = attributes({
    id: 'a',
    hidden: true,
    disabled: false,
    title: '"<x>"',
    'data-n': 3,
    lang: undefined,
  })
  assert.equal(
    html`<p ${some}></p>`.toString(),
    '<p id="a" hidden title="&quot;&lt;x&gt;&quot;" data-n="3"></p>',
  )
  assert.throws(() => attributes({ onclick: 'x' }), TypeError)
  assert.throws(() => attributes({ 'a b': 'x' }), TypeError)
})

test('a hole after a quoted attribute, a comment or a script is text again', () => {
  const page =
    html`<script type="module" src="${'/x.js'}"></script><!-- > --><p class="a > b">${'<'}</p>`.toString()
  assert.equal(page, '<script type="module" src="/x.js"></script><!-- > --><p class="a > b">&lt;</p>')
})
