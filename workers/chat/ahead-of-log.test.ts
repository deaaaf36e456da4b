import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { checker } from '../../bus/contract/check.ts'
import { aheadJoinMs, entryJoinMs } from '../../bus/contract/limits.ts'
import { Ahead } from '../../bus/contract/reply-log.ts'
import { newReader, readAhead, readEntry } from '../../bus/contract/reply-reader.ts'
import { isAhead, subjects } from '../../bus/contract/subjects.ts'
import { decodeBody } from '../../bus/nats/body.ts'
import { type OllamaStandIn, startOllamaStandIn } from '../../testing/backends/ollama-stand-in.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'
import { countedTo } from '../../testing/workers/counting.ts'
import { type Asked, openWorkerHouse, type WorkerHouse } from '../../testing/workers/worker-house.ts'
import { ollamaBackend } from '../inference/ollama.ts'

const aheadShape = checker(Ahead)

suite('a worker tells text ahead of its log', () => {
  let house: WorkerHouse
  let ollama: OllamaStandIn
  before(async () => {
    ollama = await startOllamaStandIn({ models: [{ name: 'counting', canContinue: true }] })
    house = await openWorkerHouse()
    await house.startWorker({ backends: [ollamaBackend(ollama.url)] })
  })
  after(async () => {
    await house[Symbol.asyncDispose]()
    await ollama.stop()
  })

  /** Everything a hub hears of this reply, as a reader sees it, until its final is there. */
  async function follow(message: string): Promise<{ asked: Asked; pieces: Ahead[]; lags: number[] }> {
    const asked = await house.ask(message, {})
    const reader = newReader()
    const pieces: Ahead[] = []
    /** How much was shown of what the log did not have, whenever something ahead came. */
    const lags: number[] = []
    const live = house.bus.subscribe(subjects.live(asked.request.user_id), ({ subject, body }) => {
      const heard = decodeBody(body)
      if (!isAhead(subject)) return void readEntry(reader, heard as never)
      assert.ok(aheadShape(heard), aheadShape.flaw(heard))
      pieces.push(heard)
      if (readAhead(reader, heard)) lags.push(reader.shown.length - reader.text.length)
    })
    await waitUntil('the reply has ended here', () => reader.end)
    live.unsubscribe()
    assert.equal(reader.shown, (await house.final(asked)).content)
    return { asked, pieces, lags }
  }

  test('token by token, while its entries hold many each', async () => {
    house.history = () => ({})
    const { asked, pieces, lags } = await follow('tokens=100 rate=50')
    assert.equal((await house.read(asked)).text, countedTo(100))
    const chunks = (await house.entries(asked)).filter(({ type }) => type === 'chunk')
    const seconds = 100 / 50
    assert.ok(chunks.length <= 2 + (1000 * seconds) / (0.75 * entryJoinMs), `${chunks.length} chunks`)
    assert.ok(pieces.length > 3 * chunks.length, `${pieces.length} pieces, ${chunks.length} chunks`)
    assert.ok(lags.every((lag) => lag > 0 && lag < 400))
  })

  test('joined where the model is faster than anybody reads', async () => {
    const { pieces } = await follow('tokens=1000 rate=1000')
    const seconds = 1000 / 1000
    assert.ok(pieces.length <= 2 + (2 * 1000 * seconds) / aheadJoinMs, `${pieces.length} pieces`)
  })

  test('also where each token has an entry of its own', async () => {
    const { asked, pieces } = await follow('tokens=4 rate=2')
    const chunks = (await house.entries(asked)).filter(({ type }) => type === 'chunk')
    assert.deepEqual([pieces.length, chunks.length], [4, 4])
  })
})
