import { BareBrowsers } from './bare-browsers.ts'
import { answerParent } from './child.ts'
import { HomeBrowsers } from './home-browsers.ts'

/** The browsers of both sides, in one process: so both are read by the same code on the same clock. */
const home = new HomeBrowsers()
const bare = new BareBrowsers()
const receiverOf = { home: home.receiver, bare: bare.receiver }
export type Side = keyof typeof receiverOf

const patienceMs = 60_000

const abilities = {
  signIn: (asked: { origin: string; count: number }) => home.signIn(asked.origin, asked.count),
  openHome: (asked: { origin: string; count: number }) => home.open(asked.origin, asked.count),
  closeHome: () => home.close(),
  openBare: (asked: { url: string; subjects: readonly string[] }) => bare.open(asked.url, asked.subjects),
  closeBare: () => bare.close(),
  /** Sends a message on so many sockets. */
  send: (asked: { count: number; message: string }) => home.send(asked.count, asked.message),
  /** Stops all replies that run. */
  cancel: () => home.cancel(),
  whenAllRun: ({ side, count }: { side: Side; count: number }) =>
    receiverOf[side].whenRunning(count, patienceMs),
  whenAllEnded: (side: Side) => receiverOf[side].whenRunning(0, patienceMs),
  begin: ({ side, clockLeadUs }: { side: Side; clockLeadUs: number }) => receiverOf[side].begin(clockLeadUs),
  end: (side: Side) => receiverOf[side].end(),
}
export type Browsers = typeof abilities

answerParent(abilities)
