import type { Locator, Page } from 'playwright-core'
import { waitUntil } from '../servers/wait-until.ts'

/** Writes a message and sends it with Enter. */
export async function say(page: Page, text: string): Promise<void> {
  await page.locator('#composer-text').fill(text)
  await page.locator('#composer-text').press('Enter')
}

/** The newest answer on the page. */
export const lastReply = (page: Page): Locator => page.locator('.turn.reply').last()

/** The text of the newest answer as it stands there. */
export const replyText = async (page: Page): Promise<string> =>
  ((await lastReply(page).locator('.reply-body').textContent()) ?? '').trim()

/** Waits until the newest answer holds `text`. */
export async function untilReplyHolds(page: Page, text: string, timeoutMs = 30_000): Promise<void> {
  await waitUntil(`the answer holds "${text}"`, async () => (await replyText(page)).includes(text), {
    timeoutMs,
  })
}

/** Waits until exactly `count` answers are on the page, all ended and as the server renders them. */
export async function untilSettled(page: Page, count = 1, timeoutMs = 30_000): Promise<void> {
  const look = () =>
    page.evaluate((wanted) => {
      const replies = [...document.querySelectorAll<HTMLElement>('.turn.reply')]
      const settled = replies.filter(
        (turn) =>
          ['answered', 'failed', 'cancelled'].includes(turn.dataset.state ?? '') &&
          turn.querySelector('.meta-time') !== null,
      )
      return replies.length === wanted && settled.length === wanted
    }, count)
  await waitUntil(`${count} answers are settled`, look, { timeoutMs })
}

/** Waits until the list names a conversation so. */
export async function untilTitled(page: Page, title: string): Promise<void> {
  await waitUntil(`a conversation is called "${title}"`, async () =>
    (await page.locator('.row-title').allInnerTexts()).includes(title),
  )
}

/** Waits until the page is fully alive: its socket, and everything around the conversation. */
export async function untilAlive(page: Page): Promise<void> {
  await page.locator('#connection[data-state=here]').waitFor()
  await waitUntil('Alpine has taken up the page', () => page.evaluate(() => '_x_dataStack' in document.body))
}
