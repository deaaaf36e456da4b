import assert from 'node:assert/strict'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'

export interface VisitOptions extends BrowserContextOptions {
  /** Flaws that this visit brings about on purpose; all others fail it. */
  readonly expected?: readonly RegExp[]
}

/** What a page cannot help saying while there is nobody to reach. */
export const hubAway = {
  expected: [
    /net::ERR_(INTERNET_DISCONNECTED|CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)/,
    /htmx:error: Failed to fetch/,
  ],
} satisfies VisitOptions

/** Somebody with a browser of their own: cookies, storage, and any number of tabs. */
export interface Visitor {
  readonly page: Page
  readonly context: BrowserContext
  /** A further tab, at an address of the house. */
  openTab(path: string): Promise<Page>
}

/**
 * Lets a stranger open the house and do what `act` says. Fails, besides where `act` does, on every violation of the
 * policy, console error, uncaught error, answer of 400 or more and failed request that was not `expected`.
 */
export async function visit(
  browser: Browser,
  url: string,
  act: (visitor: Visitor) => Promise<void>,
  { expected = [], ...options }: VisitOptions = {},
): Promise<void> {
  const context = await browser.newContext({ baseURL: url, ...options })
  // A page that lost its hub tries again after up to 15 s, and sends again what was not answered for 15 s.
  context.setDefaultTimeout(30_000)
  const flaws: string[] = []
  await listenForFlaws(context, (flaw) => {
    if (!expected.some((pattern) => pattern.test(flaw))) flaws.push(flaw)
  })
  const openTab = async (path: string) => {
    const page = await context.newPage()
    await page.goto(path)
    return page
  }
  try {
    await act({ context, openTab, page: await openTab('/') })
  } catch (error) {
    throw flaws.length === 0 ? error : new Error(`It failed after ${flaws.join('; ')}`, { cause: error })
  } finally {
    await context.close()
  }
  assert.deepEqual(flaws, [])
}

async function listenForFlaws(context: BrowserContext, note: (flaw: string) => void): Promise<void> {
  // A violation is an event in the page; as a console error it reaches us with its address.
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
      console.error('policy violation', violatedDirective, blockedURI, sample),
    )
  })
  context.on('console', (message) => {
    if (message.type() === 'error') note(`console: ${message.text()} (${message.location().url})`)
  })
  context.on('weberror', (webError) =>
    note(`uncaught: ${webError.error().stack || webError.error().message} (${webError.page()?.url()})`),
  )
  context.on('response', (response) => {
    if (response.status() >= 400) note(`answer: ${response.status()} ${response.url()}`)
  })
  context.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? ''
    // The page itself gives up a request whose answer nobody waits for any more.
    if (why !== 'net::ERR_ABORTED') note(`request: ${why} ${request.url()}`)
  })
}
