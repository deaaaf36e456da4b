// Says something to a companion and prints the answer as it comes:
//
//   HOUSE=http://localhost:3000 KEY=cmp_… node examples/say.mjs "Bread without kneading?"
//
// The key needs the scope `chat`. The frames are those of bus/PROTOCOL.md, section 6. A program that is to lose nothing
// also pings, comes back after a close, resumes what it was reading by `epoch` and `seq`, and reads by the rule of
// section 4, by which a reply may begin anew.
import { randomUUID } from 'node:crypto'
import { decode, encode } from '@msgpack/msgpack'
import { WebSocket } from 'ws'

const { HOUSE = 'http://localhost:3000', KEY } = process.env
const message = process.argv[2] ?? ''
if (KEY === undefined || message === '') {
  console.error('KEY=cmp_… node examples/say.mjs "what to say"')
  process.exit(2)
}

const keyAdvice = `${HOUSE} takes no such KEY: it may be mistyped, revoked, or past its time.
Make another at ${new URL('/account#keys', HOUSE)} and pass it as it is shown there: KEY=cmp_…`

const socket = new WebSocket(new URL('/ws', HOUSE.replace(/^http/, 'ws')), 'companions.v1', {
  headers: { authorization: `Bearer ${KEY}` },
})
/** @param {import('../bus/contract/frames.ts').ClientFrame} frame */
const send = (frame) => socket.send(encode(frame))
const request_id = randomUUID()

/** @param {import('../bus/contract/frames.ts').HubFrame} frame */
function hear(frame) {
  if (frame.type === 'welcome') ask()
  else if (frame.type === 'error') end(1, frame.detail)
  // All replies of a person come to all of that person's sockets.
  else if (frame.type === 'chat.entry' && frame.entry.request_id === request_id) read(frame.entry)
}

function ask() {
  const [conversation_id, message_id] = [randomUUID(), randomUUID()]
  const ids = { request_id, conversation_id, message_id, parent_id: null }
  send({ type: 'chat.send', kind: 'send', ...ids, message })
}

/** @param {import('../bus/contract/reply-log.ts').LogEntry} entry */
function read(entry) {
  if (entry.type === 'chunk') process.stdout.write(entry.content)
  else if (entry.type === 'done') end(0)
  else if (entry.type === 'error') end(1, entry.detail)
}

/** @param {number} code @param {string} [why] */
function end(code, why = '') {
  console.log(`\n${why}`.trimEnd())
  process.exitCode = code
  socket.close()
}

socket.on('open', () => send({ type: 'hello', protocol: 1, client_id: randomUUID(), resume: [] }))
socket.on('message', (data) => {
  if (data instanceof Buffer) hear(/** @type {import('../bus/contract/frames.ts').HubFrame} */ (decode(data)))
})
socket.on('error', ({ message: why }) => end(1, /\b401$/.test(why) ? `${why}\n${keyAdvice}` : why))
socket.on('close', (code) => {
  process.exitCode ??= code === 1000 ? 0 : 1
})
