import { connect, type NatsConnection } from 'nats'
import { Agent, request } from 'undici'
import { encode } from '../../bus/contract/codec.ts'
import { readAddress } from '../../bus/nats/address.ts'
import { answerParent } from './child.ts'

/** The bare relay's first half: reads replies from the backend and publishes each token, and nothing else. */
interface Reading {
  readonly backendUrl: string
  readonly prompt: string
  readonly subjects: readonly string[]
}

const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, pipelining: 1 })
const ends: (() => void)[] = []
let connection: NatsConnection | undefined

const abilities = {
  connect: async (natsUrl: string) => {
    connection = await connect(readAddress(natsUrl))
  },
  read: async ({ backendUrl, prompt, subjects }: Reading) => {
    await Promise.all(subjects.map((subject) => readReply(backendUrl, prompt, subject)))
  },
  /** Lets go of all replies, and says so to their readers. */
  stop: () => {
    for (const end of ends.splice(0)) end()
  },
}
export type BareReader = typeof abilities

answerParent(abilities)

/** Resolves once the reply has begun. */
async function readReply(backendUrl: string, prompt: string, subject: string): Promise<void> {
  const body = JSON.stringify({
    model: 'counting',
    stream: true,
    messages: [{ role: 'user', content: prompt }],
  })
  const reply = await request(`${backendUrl}/api/chat`, { dispatcher: agent, method: 'POST', body })
  ends.push(() => {
    reply.body.on('error', () => undefined).destroy()
    connection?.publish(subject, encode({ type: 'done' }))
  })
  let rest = ''
  reply.body.setEncoding('utf8')
  reply.body.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) publishLine(subject, line)
  })
}

function publishLine(subject: string, line: string): void {
  const { message } = JSON.parse(line)
  connection?.publish(subject, encode({ type: 'chunk', content: message.content }))
}
