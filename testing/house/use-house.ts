import { after, before } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchChromium } from '../servers/chromium.ts'
import { type House, type HouseOptions, startHouse } from './start-house.ts'
import { type VisitOptions, type Visitor, visit } from './visit.ts'

/** What the tests of one file share. */
export interface HouseInUse {
  readonly house: House
  readonly browser: Browser
  visit(act: (visitor: Visitor) => Promise<void>, options?: VisitOptions): Promise<void>
  /** Every reply waits after so many tokens, so that what is looked for in its middle can't be too late. */
  pauseReplies(afterTokens: number): Promise<void>
  /** Lets replies go on that wait. */
  goOn(): Promise<void>
}

/** Opens a house and a browser before the tests of a file and closes them after. Each visit is another person. */
export function useHouse(options: HouseOptions = {}): HouseInUse {
  let opened: { house: House; browser: Browser } | undefined
  const inUse = () => {
    if (opened === undefined) throw new Error('The house opens before the tests, not while they are read.')
    return opened
  }
  const toClose = new AsyncDisposableStack()
  before(async () => {
    const starting = [
      startHouse(options).then((house) => toClose.use(house)),
      launchChromium().then((browser) => toClose.adopt(browser, (one) => one.close())),
    ] as const
    // What did start is known, and closed, also where the other did not.
    await Promise.allSettled(starting)
    const [house, browser] = await Promise.all(starting)
    opened = { house, browser }
  })
  after(() => toClose.disposeAsync())
  return {
    get house() {
      return inUse().house
    },
    get browser() {
      return inUse().browser
    },
    pauseReplies: (afterTokens) => inUse().house.ollama.setFault({ kind: 'pause', afterTokens }),
    goOn: () => inUse().house.ollama.setFault(undefined),
    visit: (act, how) => visit(inUse().browser, inUse().house.url, act, how),
  }
}
