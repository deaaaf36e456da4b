import { startOllamaStandIn } from '../testing/backends/ollama-stand-in.ts'
import { type Home, startHome } from '../testing/house/start-home.ts'
import { becomeGuest, ReturningReader } from '../testing/hub/returning-reader.ts'

/** The home as `npm start` runs it, with people who read replies that never end. */
export interface ReadHome {
  readonly home: Home
  readonly readers: readonly ReturningReader[]
}

/** Starts so many replies of so many tokens a second each; `stack` ends everything. */
export async function startReadHome(
  stack: AsyncDisposableStack,
  readers: number,
  tokensPerSecond: number,
): Promise<ReadHome> {
  const ollama = stack.adopt(await startOllamaStandIn(), (one) => one.stop())
  const environment = { OLLAMA_BASE_URL: ollama.url, MAX_CONCURRENT_CHATS: String(2 * readers) }
  const home = stack.use(await startHome({ ...environment, MAX_REPLY_LENGTH: '250000' }))
  const people: ReturningReader[] = []
  for (let count = 0; count < readers; count += 1)
    people.push(new ReturningReader(home.url, await becomeGuest(home.url)))
  stack.defer(() => people.forEach((one) => void one.stop()))
  await Promise.all(people.map((one) => one.ask(`tokens=endless rate=${tokensPerSecond}`)))
  return { home, readers: people }
}

/** When text came again after the longest time without any since `sinceMs`, in the time of `performance.now()`. */
export function endOfLongestSilence({ heard }: ReturningReader, sinceMs: number): number {
  let [previousMs, longestMs, endMs] = [sinceMs, 0, sinceMs]
  for (const { atMs } of heard) {
    if (atMs < sinceMs) continue
    if (atMs - previousMs > longestMs) [longestMs, endMs] = [atMs - previousMs, atMs]
    previousMs = atMs
  }
  return endMs
}

/** The longest time without text between two moments, in milliseconds. */
export function longestSilence({ heard }: ReturningReader, fromMs: number, toMs: number): number {
  const times = heard.map(({ atMs }) => atMs).filter((atMs) => atMs > fromMs && atMs < toMs)
  return Math.max(...[...times, toMs].map((atMs, index) => atMs - (times[index - 1] ?? fromMs)))
}
