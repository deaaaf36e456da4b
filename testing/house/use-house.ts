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
}

/** Opens a house and a browser before the tests of a file and closes them after. Each visit is another person. */
export function useHouse(options: HouseOptions = {}): HouseInUse {
  let opened: { house: House; browser: Browser } | undefined
  const inUse = () => {
    if (opened === undefined) throw new Error('The house opens before the tests, not while they are read.')
    return opened
  }
  before(async () => {
    const [house, browser] = await Promise.all([startHouse(options), launchChromium()])
    opened = { house, browser }
  })
  after(async () => {
    await opened?.browser.close()
    await opened?.house.stopAll()
  })
  return {
    get house() {
      return inUse().house
    },
    get browser() {
      return inUse().browser
    },
    visit: (act, how) => visit(inUse().browser, inUse().house.url, act, how),
  }
}
