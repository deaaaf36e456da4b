import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidv7 } from '../../bus/contract/ids.ts'
import { maxSpokenLength, maxUtteranceBytes, voiceSampleRateHz } from '../../bus/contract/limits.ts'
import { subjects } from '../../bus/contract/subjects.ts'
import { startSpeechServer } from '../../testing/backends/speech-server.ts'
import { toneSpeech } from '../../testing/backends/tone-speech.ts'
import { readWav } from '../../testing/backends/wav.ts'
import { openReadyBus } from '../../testing/bus/open-bus.ts'
import { startWorkerProcess } from '../../testing/house/house-processes.ts'
import { startAccountsNats, startClusterNats, startUsersNats } from '../../testing/servers/deployed-nats.ts'
import { waitUntil } from '../../testing/servers/wait-until.ts'

const phrases = ['Good morning']
const tones = toneSpeech(phrases)
const forms = { accounts: startAccountsNats, users: startUsersNats, 'three servers': startClusterNats }

for (const [form, start] of Object.entries(forms))
  test(`on a bus with ${form} one worker hears for a hub, another one speaks, and nothing is refused`, async (t) => {
    await using nats = await start()
    const server = await startSpeechServer({ phrases })
    t.after(() => server.stop())
    const replicas = form === 'three servers' ? 3 : 1
    const { bus } = await openReadyBus(t, nats.urls.hub, { role: 'hub', replicas })
    const common = { NATS_URL: nats.urls.worker, DRAIN_GRACE: '1', LOG_LEVEL: 'trace', LOG_FORMAT: 'json' }
    await using ears = await startWorkerProcess({ ...common, SPEECH_TO_TEXT_URL: server.baseUrl })
    await using voice = await startWorkerProcess({ ...common, TEXT_TO_SPEECH_URL: server.baseUrl })
    for (const half of [subjects.hears, subjects.speaks])
      await waitUntil(`${half} is answered`, async () => (await bus.request(half, {})) !== undefined)

    const [user, call] = [uuidv7(), uuidv7()]
    const asked = { user_id: user, call_id: call, question: 0 }
    const silence = (maxUtteranceBytes / 2 / voiceSampleRateHz) * 1000 - 1_250
    const { samples } = tones.soundOf(['Good morning', silence], voiceSampleRateHz)
    assert.equal(samples.byteLength, maxUtteranceBytes)
    const audio = new Uint8Array(samples.buffer)
    const heard = await bus.request(subjects.transcribe(user), { ...asked, audio })
    assert.deepEqual(heard, { text: 'Good morning' })
    const said = await bus.request(subjects.say(user), { ...asked, text: 'Good morning' })
    assert.equal(tones.wordsIn(readWav((said as { audio: Uint8Array }).audio)), 'Good morning')
    // Its sound, as WAV, is more than one message holds.
    const long = { ...asked, question: 1, text: 'x'.repeat(maxSpokenLength) }
    await assert.rejects(bus.request(subjects.say(user), long), { code: 'backend_malformed' })
    assert.deepEqual(nats.violations(), [])

    const logs = [ears, voice].map(({ lines }) => lines.join('\n'))
    assert.match(logs[0] ?? '', /"hears":true,"speaks":false.*The worker answers questions of calls/)
    assert.match(logs[1] ?? '', /"hears":false,"speaks":true.*The worker answers questions of calls/)
    for (const log of logs) assert.doesNotMatch(log, /Good morning/)
  })
