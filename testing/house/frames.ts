import type { Page } from 'playwright-core'
import { decode } from '../../bus/contract/codec.ts'
import type { ClientFrame, HubFrame } from '../../bus/contract/frames.ts'
import { maxBusBytes, maxBusDepth, maxBusElements } from '../../bus/contract/limits.ts'
import { untilAlive } from './talk.ts'

const limits = { bytes: maxBusBytes, depth: maxBusDepth, elements: maxBusElements }

/** What went over a page's socket. */
export interface Frames {
  readonly sent: readonly ClientFrame[]
  readonly heard: readonly HubFrame[]
}

/** Opens the page anew and keeps all frames from its welcome on. */
export async function watchFrames(page: Page): Promise<Frames> {
  const frames: { sent: ClientFrame[]; heard: HubFrame[] } = { sent: [], heard: [] }
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => frames.sent.push(read(payload) as ClientFrame))
    socket.on('framereceived', ({ payload }) => frames.heard.push(read(payload) as HubFrame))
  })
  await page.reload()
  await untilAlive(page)
  frames.sent.length = frames.heard.length = 0
  return frames
}

const read = (payload: string | Buffer): unknown => decode(Buffer.from(payload), limits)
