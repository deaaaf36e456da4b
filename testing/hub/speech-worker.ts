import { subjects } from '../../bus/contract/subjects.ts'
import type { Say, Speech, Transcribe, Transcript } from '../../bus/contract/voice.ts'
import type { Bus } from '../../bus/nats/bus.ts'

export interface SpeechScript {
  /** Absent: says how many bytes it heard. */
  readonly transcribe?: (asked: Transcribe) => Promise<Transcript>
  /** Absent: the text's letters as sound. */
  readonly say?: (asked: Say) => Promise<Speech>
}

export interface SpeechWorker extends AsyncDisposable {
  stop(): void
}

/** Answers what hubs ask speech workers, by a script, from when this resolves until it is stopped. */
export async function startSpeechWorker(bus: Bus, script: SpeechScript = {}): Promise<SpeechWorker> {
  const { transcribe = countBytes, say = spellOut } = script
  const responders = [
    respond(bus, subjects.hears, async () => ({})),
    respond(bus, subjects.speaks, async () => ({})),
    respond(bus, subjects.anyTranscribe, (body) => transcribe(body as Transcribe)),
    respond(bus, subjects.anySay, (body) => say(body as Say)),
  ]
  await Promise.all(responders.map(({ active }) => active))
  const stop = () => {
    for (const responder of responders) responder.unsubscribe()
  }
  return { stop, [Symbol.asyncDispose]: async () => stop() }
}

const respond = (bus: Bus, subject: string, answer: (body: unknown) => Promise<object>) =>
  bus.respond(subject, 'speech-workers', answer)

const countBytes = async ({ audio }: Transcribe): Promise<Transcript> => ({
  text: `${audio.byteLength} bytes`,
})

const spellOut = async ({ text }: Say): Promise<Speech> => ({ audio: new TextEncoder().encode(text) })
