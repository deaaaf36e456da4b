import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { subjects } from '../../bus/contract/subjects.ts'
import type { Log } from '../../bus/nats/log.ts'
import { type OllamaStandIn, startOllamaStandIn } from '../../testing/backends/ollama-stand-in.ts'
import { startOpenaiStandIn } from '../../testing/backends/openai-stand-in.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { countedTo } from '../../testing/workers/counting.ts'
import { type HouseWorker, openWorkerHouse, type WorkerHouse } from '../../testing/workers/worker-house.ts'
import { readWorkerConfig } from '../config.ts'
import { backendsOf } from '../open-backends.ts'
import { openBackends } from './backends.ts'
import { demoBackend } from './demo.ts'
import { ollamaBackend } from './ollama.ts'
import { waitForOllama } from './ollama-wait.ts'
import { openaiBackend } from './openai-compatible.ts'

describe('the backends of a worker', () => {
  let house: WorkerHouse
  let ollama: OllamaStandIn
  let worker: HouseWorker
  before(async () => {
    ollama = await startOllamaStandIn({ models: ['nomic-embed-text', 'counting', 'other'] })
    house = await openWorkerHouse()
    // It looks oftener than it need: tests wait for what is known by a look alone.
    worker = await house.startWorker({ backends: [{ ...ollamaBackend(ollama.url), probeMs: 1_000 }] })
  })
  beforeEach(() => ollama.setFault(undefined))
  after(async () => {
    await house[Symbol.asyncDispose]()
    await ollama.stop()
  })

  const isUp = async () => (await worker.backends.list()).backends[0]?.status === 'up'
  const backendOf = async (model?: string) =>
    (await house.final(await house.ask('tokens=3', model === undefined ? {} : { model }))).backend

  test('give way to the demo while none can be reached, and are used again when one returns', async () => {
    assert.equal(await backendOf(), 'ollama')
    await ollama.setFault({ kind: 'refuse' }, { paths: 'all' })
    await waitUntil('it is known to be down', async () => !(await isUp()))
    assert.equal(await backendOf(), 'demo')
    await ollama.setFault(undefined)
    await waitUntil('it is known to be up', isUp)
    assert.equal(await backendOf(), 'ollama')
    assert.equal(await backendOf('demo'), 'ollama')
  })

  test('give way to the demo while they have no model, and answer from the moment one is pulled', async () => {
    ollama.setModels([])
    await waitUntil('it is known to be empty', async () => {
      const { models, default_model } = await worker.backends.list()
      return default_model === 'demo' && models.every(({ id }) => id === 'demo')
    })
    assert.ok(await isUp())
    assert.equal(await backendOf(), 'demo')
    ollama.setModels(['nomic-embed-text', 'counting', 'other'])
    assert.equal(await backendOf(), 'ollama')
  })

  test('have a model from the moment it is pulled', async () => {
    ollama.setModels(['counting', 'fresh'])
    const final = await house.final(await house.ask('tokens=3', { model: 'fresh' }))
    assert.equal(final.model, 'fresh:latest')
    assert.equal(final.content, countedTo(3))
    ollama.setModels(['nomic-embed-text', 'counting', 'other'])
    await worker.backends.choose('other', AbortSignal.timeout(5_000))
  })

  test('list no more models than one message holds, and none whose name is too long to ask for', async () => {
    const names = Array.from({ length: 600 }, (_, index) => `model-${index}`)
    ollama.setModels(['x'.repeat(300), ...names])
    const many = async () => (await worker.backends.list()).models
    await waitUntil('the new models are seen', async () =>
      (await many()).some(({ id }) => id.startsWith('model-')),
    )
    const listed = await many()
    assert.equal(listed.length, 500)
    assert.ok(listed.every(({ id }) => id.startsWith('model-')))
    ollama.setModels(['nomic-embed-text', 'counting', 'other'])
    await waitUntil('the old models are back', async () => (await many()).length === 3)
  })

  test('are told over the bus, with a default that can chat', async () => {
    const answer = await house.bus.request(subjects.modelsList, {})
    const { models, default_model } = answer as { models: { id: string }[]; default_model: string }
    assert.ok(models.some(({ id }) => id.startsWith('counting')))
    assert.ok(!default_model.includes('embed'))
  })

  test('that are away say in the list and in the log where they were looked for, and what sets that', async () => {
    const logged: { message: string; fields: object }[] = []
    const log: Log = (_level, message, fields) => logged.push({ message, fields })
    const backends = backendsOf(
      readWorkerConfig({
        OLLAMA_HOST: '127.0.0.1:1',
        OPENAI_BASE_URL: 'http://me:s3cret@127.0.0.1:2/v1?key=s3cret',
      }),
      log,
    )
    const details = (await backends.list()).backends.map(({ detail }) => detail ?? '')
    backends.close()
    assert.match(details[0] ?? '', /^Nothing answers at http:\/\/127\.0\.0\.1:2\/v1 \(OPENAI_BASE_URL\)\.$/)
    assert.match(details[1] ?? '', /^Nothing answers at http:\/\/127\.0\.0\.1:1 \(OLLAMA_BASE_URL\)\.$/)
    assert.equal(logged.pop()?.message, 'The demo answers while no backend has a model')
    assert.deepEqual(
      logged.map(({ message, fields }) => ({ message, variable: 'variable' in fields && fields.variable })),
      ['OPENAI_BASE_URL', 'OLLAMA_BASE_URL'].map((variable) => ({
        message: 'A model backend cannot be reached',
        variable,
      })),
    )
    assert.doesNotMatch(JSON.stringify([logged, details]), /s3cret/)
  })

  test('say nothing of an Ollama that nobody asked for, until it was there', async () => {
    const logged: object[] = []
    const log: Log = (level, _message, fields) => level === 'warn' && logged.push(fields)
    const late = await startOllamaStandIn({ models: ['counting'] })
    await late.setFault({ kind: 'refuse' }, { paths: 'all' })
    const backends = openBackends({
      ...{ demo: demoBackend(), demoMode: 'auto', defaultModel: undefined, log, retryMs: 20, returnMs: 0 },
      backends: [{ ...ollamaBackend(late.url), isUnasked: true, probeMs: 20 }],
    })
    const statuses = async () =>
      (await backends.list()).backends.flatMap(({ kind, status }) => (kind === 'ollama' ? [status] : []))
    assert.deepEqual(await statuses(), [])
    assert.deepEqual(logged, [])
    await late.setFault(undefined)
    await waitUntil('it is used', async () => (await statuses())[0] === 'up')
    await late.stop()
    await waitUntil('it is missed', async () => (await statuses())[0] === 'down')
    backends.close()
    assert.equal(logged.length, 1)
  })

  test('ask for Ollama at its usual address only where no other server is set up', async () => {
    const seen = async (environment: Record<string, string>) => {
      const backends = backendsOf(readWorkerConfig({ DEMO: 'off', ...environment }), () => {})
      const names = (await backends.list()).backends.map(({ name }) => name)
      backends.close()
      return names
    }
    const nobody = 'http://127.0.0.1:1'
    assert.deepEqual(await seen({ OPENAI_BASE_URL: nobody, OLLAMA_HOST: nobody }), ['openai', 'ollama'])
    assert.deepEqual(await seen({ OPENAI_BASE_URL: nobody }), ['openai'])
    assert.deepEqual(await seen({ RAY_SERVE_URL: nobody }), ['ray-serve'])
    assert.deepEqual(await seen({}), ['ollama'])
  })

  test('refuse with a code and their names, and no address, when none can be reached and the demo is off', async () => {
    await using other = await openWorkerHouse()
    const away = ollamaBackend('http://127.0.0.1:1')
    await other.startWorker({ backends: [away], choosing: { demoMode: 'off' } })
    const final = await other.final(await other.ask('Hello'))
    assert.equal(final.error?.code, 'backend_unavailable')
    assert.equal(final.error?.detail, 'Not reachable at the moment: ollama')
  })

  test('give a title', async () => {
    const question = {
      conversation_id: '0190b8e0-0000-7000-8000-000000000001',
      messages: [{ role: 'user', content: 'tokens=4' }],
    }
    const answer = await house.bus.request(subjects.title, question, { timeoutMs: 10_000 })
    assert.deepEqual(answer, { title: 't0 t1 t2 t3' })
  })
})

test('a backend whose first look brought no answer is waited for, and the demo not taken for it', async (t) => {
  const ollama = await startOllamaStandIn({ models: ['counting'] })
  t.after(() => ollama.stop())
  const backend = ollamaBackend(ollama.url)
  let looks = 0
  const models: typeof backend.models = (signal) => {
    looks += 1
    // As it ends in a process that was frozen meanwhile.
    return looks === 1 ? Promise.reject(new DOMException('late', 'TimeoutError')) : backend.models(signal)
  }
  const backends = openBackends({
    ...{ backends: [{ ...backend, models }], demo: demoBackend(), demoMode: 'auto' },
    ...{ defaultModel: undefined, log: () => undefined },
  })
  t.after(() => backends.close())
  const choice = await backends.choose(undefined, new AbortController().signal)
  assert.equal(choice.backend.name, 'ollama')
})

describe('an OpenAI-compatible server', () => {
  test('of vLLM goes on with a begun answer and tells thoughts and usage', async (context) => {
    const server = await startOpenaiStandIn({ models: [{ name: 'big' }], script: { thoughts: 2 } })
    context.after(() => server.stop())
    await using house = await openWorkerHouse()
    const options = {
      variable: 'OPENAI_BASE_URL',
      name: 'openai',
      baseUrl: server.baseUrl,
      continues: 'auto',
    } as const
    await house.startWorker({ backends: [openaiBackend(options)] })
    await server.setFault({ kind: 'reset', afterTokens: 8 }, { requests: 1 })
    const final = await house.final(await house.ask('Hello'))
    assert.equal(final.content, countedTo(20))
    assert.equal(final.thoughts, ' h0 h1')
    assert.deepEqual(final.usage, {}, 'the broken call counted nothing')
    const whole = await house.final(await house.ask('Hello'))
    assert.ok((whole.usage.completion_tokens ?? 0) > 0)
  })

  test('of Ray Serve tells its context, goes on where a replica died, and says in plain words what it refuses', async (context) => {
    const models = [{ name: 'big', contextLength: 3_000 }]
    const server = await startOpenaiStandIn({ dialect: 'ray', prefix: '/llm/v1', models })
    context.after(() => server.stop())
    const backend = openaiBackend({
      ...{ variable: 'RAY_SERVE_URL', name: 'ray-serve', baseUrl: server.baseUrl, continues: 'on' },
    })
    const [listed] = await backend.models(AbortSignal.timeout(5_000))
    assert.equal(listed?.context_length, 3_000)
    await using house = await openWorkerHouse()
    await house.startWorker({ backends: [backend] })
    await server.setFault({ kind: 'error-line', afterTokens: 8, message: 'not told' }, { requests: 1 })
    assert.equal((await house.final(await house.ask('Hello'))).content, countedTo(20))
    await server.setFault({ kind: 'status', status: 400, message: 'The prompt is too long' })
    const refused = await house.final(await house.ask('Hello'))
    assert.equal(refused.error?.code, 'backend_refused')
    assert.match(refused.error?.detail ?? '', /\(400\): The prompt is too long$/)
  })

  test('that asks for patience is asked again when it said', async (context) => {
    const server = await startOpenaiStandIn({ dialect: 'strict' })
    context.after(() => server.stop())
    await using house = await openWorkerHouse()
    const options = {
      variable: 'OPENAI_BASE_URL',
      name: 'groq',
      baseUrl: server.baseUrl,
      continues: 'auto',
    } as const
    await house.startWorker({ backends: [openaiBackend(options)] })
    const busy = { kind: 'status', status: 429, message: 'slow down', retryAfterSeconds: 1 } as const
    await server.setFault(busy, { requests: 1 })
    assert.equal((await house.final(await house.ask('Hello'))).content, countedTo(20))
    await server.setFault({ kind: 'error-line', afterTokens: 4, message: 'broken' })
    const failed = await house.final(await house.ask('Hello'))
    assert.equal(failed.error?.code, 'backend_failed')
    assert.equal(failed.content, countedTo(4))
  })

  test('with a key that it does not accept is down, and says why', async (context) => {
    const server = await startOpenaiStandIn({ apiKey: 'right' })
    context.after(() => server.stop())
    const options = {
      variable: 'OPENAI_BASE_URL',
      name: 'openai',
      baseUrl: server.baseUrl,
      continues: 'auto',
      key: 'wrong',
    } as const
    await assert.rejects(openaiBackend(options).models(AbortSignal.timeout(5_000)), {
      code: 'backend_refused',
    })
    const right = await openaiBackend({ ...options, key: 'right' }).models(AbortSignal.timeout(5_000))
    assert.equal(right.length, 1)
  })
})

describe('OLLAMA_WAIT', () => {
  const wait = (models: string[], timeoutMs: number, onMissing = (_missing: string): void => undefined) => ({
    models,
    timeoutMs,
    intervalMs: 20,
    signal: AbortSignal.timeout(20_000),
    onMissing,
  })

  test('waits until the models wanted are there', async (context) => {
    const ollama = await startOllamaStandIn({ models: ['counting'] })
    context.after(() => ollama.stop())
    const pull = (missing: string) => {
      assert.equal(missing, 'Ollama does not have fresh')
      ollama.setModels(['counting', 'fresh'])
    }
    await waitForOllama(ollamaBackend(ollama.url), wait(['counting:latest', 'fresh'], 10_000, pull))
  })

  test('ends in an error that says what is missing', async () => {
    const nobody = ollamaBackend('http://127.0.0.1:1')
    await assert.rejects(waitForOllama(nobody, wait([], 60)), /Ollama does not answer.*OLLAMA_WAIT_TIMEOUT/)
  })
})
