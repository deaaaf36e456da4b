import type { ProcessSlot } from '../house/process-slot.ts'
import type { Link } from '../links/link.ts'
import { type Fault, pastAckWaitMs, pause, type Scene, withSlot } from './fault.ts'

type Role = 'hubs' | 'workers'
type LinksOf = (slot: ProcessSlot) => readonly Link[]

const toBus: LinksOf = ({ busLinks }) => busLinks
const toStore: LinksOf = ({ storeLink }) => (storeLink ? [storeLink] : [])
const toBrowsers: LinksOf = ({ front }) => (front ? [front] : [])

/** Ways between two parts that break while both live on. */
export const wayFaults: readonly Fault[] = [
  ...broken('worker and bus', 'workers', toBus),
  ...broken('hub and bus', 'hubs', toBus),
  ...broken('hub and browsers', 'hubs', toBrowsers),
  ...broken('hub and store', 'hubs', toStore).map((fault): Fault => {
    return { ...fault, fits: ({ store }) => store === 'postgres' }
  }),
]

/** How fast a slow way is, in bytes a second. */
const slowBytesPerSecond = 4_000

function broken(between: string, role: Role, linksOf: LinksOf): Fault[] {
  const on = (act: (links: readonly Link[], scene: Scene, slot: number) => Promise<void>): Fault['run'] => {
    return (scene) => {
      const slots = scene.house[role]
      return withSlot(scene, slots, (slot) => act(linksOf(slot), scene, slots.indexOf(slot)))
    }
  }
  const halfOpen = (longestMs: number) =>
    on(async (links, { random, crowd }, hub) => {
      for (const link of links) link.freeze()
      await pause(random.between(longestMs / 2, longestMs))
      // Some networks come back and bring all that was on its way; others drop it.
      const drops = random.chance(0.5)
      for (const link of links) {
        if (drops) link.cut()
        link.thaw()
      }
      // Some browsers hear of it when their network is back, others find out by themselves.
      const isTold = linksOf === toBrowsers && random.chance(0.5)
      for (const tab of isTold ? crowd.tabs : []) if (tab.line.hub === hub) tab.wake()
    })
  return [
    {
      kind: `${between}: cut`,
      run: on(async (links) => {
        for (const link of links) link.cut()
      }),
    },
    { kind: `${between}: half-open for a moment`, run: halfOpen(3_000) },
    { kind: `${between}: half-open past the ack wait`, run: halfOpen(pastAckWaitMs + 1_500) },
    {
      kind: `${between}: slow`,
      run: on(async (links, { random }) => {
        for (const link of links) link.slow(slowBytesPerSecond)
        await pause(random.between(500, 3_000))
        for (const link of links) link.slow(undefined)
      }),
    },
  ]
}
