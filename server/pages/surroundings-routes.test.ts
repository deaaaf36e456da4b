import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hides, shows, usePages } from '../../testing/pages/use-pages.ts'

const pages = usePages()

test('the version is told anew, and a newer one offers itself', async () => {
  const same = await pages.get('/fragments/version?shown=1.2.3')
  assert.equal(same.headers['cache-control'], 'no-store')
  hides(same.body, /Reload/)
  shows((await pages.get('/fragments/version?shown=1.0.0')).body, /v1\.2\.3 is here/)
  shows(
    (await pages.get('/')).body,
    /id="version"[^>]*hx-trigger="every 120s[^"]*" hx-target="#version-text"/,
  )
})

test('where there is no model, the page says how to get one', async () => {
  pages.house.models = {
    models: [{ id: 'demo', backend: 'demo' }],
    backends: [{ name: 'demo', kind: 'demo', status: 'up' }],
    default_model: 'demo',
  }
  shows((await pages.get('/')).body, /demo engine.*OLLAMA_BASE_URL/s)
  pages.house.models = {
    models: [{ id: 'tiny', backend: 'ollama' }],
    backends: [{ name: 'ollama', kind: 'ollama', status: 'up' }],
  }
  hides((await pages.get('/')).body, /OLLAMA_BASE_URL/)
  shows(
    (await pages.get('/fragments/models?selected=tiny')).body,
    /data-model-id="tiny"[^>]*aria-checked="true"/,
  )
})

test('a model that comes later is named by the button, and the advice how to get one goes', async () => {
  const demo = { name: 'demo', kind: 'demo', status: 'up' } as const
  pages.house.models = { models: [{ id: 'demo', backend: 'demo' }], backends: [demo], default_model: 'demo' }
  const before = await pages.get('/')
  shows(before.body, /id="model-name"[^>]*>Demo engine</)
  shows(before.body, /id="model-advice"><div hx-get="\/fragments\/models"[^>]*hx-trigger="every 10s"/)
  pages.house.models = {
    models: [...pages.house.models.models, { id: 'tiny', backend: 'ollama' }],
    backends: [demo, { name: 'ollama', kind: 'ollama', status: 'up' }],
    default_model: 'tiny',
  }
  const later = await pages.get('/fragments/models?model=')
  shows(later.body, /<span id="model-name" hx-swap-oob="innerHTML">tiny<\/span>/)
  shows(later.body, /<div id="model-advice" hx-swap-oob="innerHTML"><\/div>/)
  const chosen = await pages.get('/fragments/models?model=demo')
  shows(chosen.body, /id="model-name" hx-swap-oob="innerHTML">Demo engine</)
})

test('a page keeps the models it knows while no worker is there to ask', async () => {
  pages.house.models = { models: [], backends: [] }
  const asked = await pages.get('/fragments/models?model=tiny')
  assert.deepEqual([asked.statusCode, asked.body], [204, ''])
})
