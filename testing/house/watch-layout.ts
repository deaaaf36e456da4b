import type { Page } from 'playwright-core'

/** Where things stood in one painted frame, in CSS pixels from the top of the window. */
export interface Frame {
  /** Top of the newest answer's first line. */
  readonly replyTop: number
  /** Bottom of the newest answer's body. */
  readonly bodyBottom: number
  readonly scrollTop: number
  readonly scrollHeight: number
  /** Whether the newest answer stands as the server renders it. */
  readonly isServers: boolean
}

/** Notes every painted frame of the newest answer from now on. */
export const watchLayout = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const frames: Frame[] = []
    Object.assign(window, { layoutFrames: frames })
    const note = () => {
      requestAnimationFrame(note)
      const body = [...document.querySelectorAll('.turn.reply .reply-body')].at(-1)
      const scroller = document.querySelector('#scroller')
      if (!body?.firstElementChild || !scroller) return
      frames.push({
        replyTop: body.firstElementChild.getBoundingClientRect().top,
        bodyBottom: body.getBoundingClientRect().bottom,
        scrollTop: scroller.scrollTop,
        scrollHeight: scroller.scrollHeight,
        isServers: body.closest('.turn')?.querySelector('.meta-time') !== null,
      })
    }
    note()
  })

/** Resolves when what one scrolls has stood in its place for ten painted frames: a wheel's turn goes on for some. */
export const untilStill = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    const scroller = document.querySelector('#scroller')
    let top = scroller?.scrollTop
    for (let frames = 0; frames < 10; frames += 1) {
      await new Promise(requestAnimationFrame)
      if (scroller?.scrollTop !== top) frames = 0
      top = scroller?.scrollTop
    }
  })

/** The last frame of the preview and the first of the server's rendering; undefined while there are not both. */
export const framesAroundSwap = (page: Page): Promise<{ before: Frame; after: Frame } | undefined> =>
  page.evaluate(() => {
    const { layoutFrames = [] } = window as { layoutFrames?: Frame[] }
    const at = layoutFrames.findIndex(({ isServers }) => isServers)
    const before = layoutFrames[at - 1]
    const after = layoutFrames[at]
    return before && after && { before, after }
  })
