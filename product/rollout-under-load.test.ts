import assert from 'node:assert/strict'
import { Agent, get, type RequestOptions } from 'node:http'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { startOllamaStandIn } from '../testing/backends/ollama-stand-in.ts'
import { startHome } from '../testing/house/start-home.ts'
import { becomeGuest, ReturningReader } from '../testing/hub/returning-reader.ts'
import { startPostgres } from '../testing/servers/postgres.ts'
import { countedTo } from '../testing/workers/counting.ts'

const readers = 40
const tokens = 200
const goingAway = 1012

for (const store of ['SQLite', 'PostgreSQL'])
  test(`over two rollouts on ${store} no request fails, no socket is broken off and no token is missing`, () =>
    rollOutTwice(store === 'PostgreSQL'))

async function rollOutTwice(onPostgres: boolean): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const postgres = onPostgres ? stack.adopt(await startPostgres(), (server) => server.stop()) : undefined
  const ollama = stack.adopt(await startOllamaStandIn(), (one) => one.stop())
  const database = postgres && { DATABASE_URL: await postgres.createDatabase() }
  const home = stack.use(
    await startHome({ OLLAMA_BASE_URL: ollama.url, MAX_CONCURRENT_CHATS: '64', ...database }),
  )
  const people: ReturningReader[] = []
  for (let count = 0; count < readers; count += 1)
    people.push(new ReturningReader(home.url, await becomeGuest(home.url)))
  stack.defer(() => people.forEach((one) => void one.stop()))
  const requests = keepAsking(home.url, await becomeGuest(home.url))
  await Promise.all(people.map((one) => one.ask(`tokens=${tokens} rate=20`)))
  const pids = [home.pidOf('hub'), home.pidOf('worker')]
  for (let round = 0; round < 2; round += 1) assert.equal((await home.rollOut()).code, 0)
  assert.ok(home.pidOf('hub') !== pids[0] && home.pidOf('worker') !== pids[1])
  const texts = await Promise.all(people.map(({ whole }) => whole))
  const { answered, failures } = await requests.stop()
  assert.deepEqual(failures, [])
  assert.ok(answered > 100, `${answered} requests`)
  for (const whole of texts) assert.equal(whole, countedTo(tokens))
  assert.deepEqual(
    people.flatMap(({ closes }) => closes).filter((code) => code !== goingAway),
    [],
  )
}

/** Asks without end, on connections that are kept open and on ones that are not. */
function keepAsking(url: string, cookie: string) {
  const failures: string[] = []
  let [answered, stopped] = [0, false]
  const lane = async (agent: Agent, path: string) => {
    while (!stopped)
      await ask(`${url}${path}`, { agent, headers: { cookie } }).then(
        () => (answered += 1),
        (error: Error) => failures.push(`${path}: ${error.message}`),
      )
  }
  const agents = [new Agent({ keepAlive: true }), new Agent({ keepAlive: false })]
  const lanes = agents.flatMap((agent) =>
    ['/healthz', '/version', '/v1/sessions'].map((path) => lane(agent, path)),
  )
  return {
    stop: async () => {
      stopped = true
      await Promise.all(lanes)
      for (const agent of agents) agent.destroy()
      return { answered, failures }
    },
  }
}

async function ask(url: string, options: RequestOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  get(url, options, async (answer) => {
    await text(answer)
    if (answer.statusCode === 200) resolve()
    else reject(new Error(`${answer.statusCode}`))
  }).on('error', reject)
  await promise
}
