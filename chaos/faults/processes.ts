import { type Fault, pastAckWaitMs, pause, withFree, withSlot } from './fault.ts'

/** Hubs and workers that die, stand still, leave, or get another time. */
export const processFaults: readonly Fault[] = [
  ...(['hubs', 'workers'] as const).flatMap((role): Fault[] => {
    const name = role.slice(0, -1)
    return [
      {
        kind: `${name} killed`,
        run: (scene) =>
          withSlot(scene, scene.house[role], async (slot) => {
            slot.strike()
            await pause(scene.random.between(50, 1_500))
            await slot.ensureUp()
          }),
      },
      {
        kind: `${name} frozen past the ack wait`,
        run: (scene) =>
          withSlot(scene, scene.house[role], async (slot) => {
            slot.freeze()
            await pause(pastAckWaitMs)
            slot.thaw()
          }),
      },
      {
        kind: `${name} frozen for a moment`,
        run: (scene) =>
          withSlot(scene, scene.house[role], async (slot) => {
            slot.freeze()
            await pause(scene.random.between(200, 3_000))
            slot.thaw()
          }),
      },
      {
        kind: `${name} replaced`,
        run: (scene) => withSlot(scene, scene.house[role], (slot) => slot.rollOver()),
      },
      {
        kind: `${name} with a clock that jumps`,
        run: (scene) =>
          withSlot(scene, scene.house[role], async (slot) => {
            await slot.setClock(scene.random.pick([-3_600_000, -20_000, 20_000, 600_000, 3_600_000]))
            await pause(scene.random.between(1_000, 4_000))
            await slot.setClock(0)
          }),
      },
    ]
  }),
  {
    kind: 'all hubs killed',
    run: (scene) =>
      withFree(scene, [scene.house.bus], async () => {
        for (const slot of scene.house.hubs) slot.strike()
        await pause(scene.random.between(50, 1_000))
        await Promise.all(scene.house.hubs.map((slot) => slot.ensureUp()))
      }),
  },
  {
    kind: 'all workers killed',
    run: (scene) =>
      withFree(scene, [scene.house.bus], async () => {
        for (const slot of scene.house.workers) slot.strike()
        await pause(scene.random.between(50, 1_000))
        await Promise.all(scene.house.workers.map((slot) => slot.ensureUp()))
      }),
  },
]
