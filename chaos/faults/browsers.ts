import { type Fault, pause, type Scene, type Struck } from './fault.ts'

/** What people's browsers do, and what is done to them. */
export const browserFaults: readonly Fault[] = [
  byPeople('browser reloads', async ({ crowd, random }) => random.pick(crowd.people).reload()),
  byPeople('browser drops its connection', async ({ crowd, random }) => random.pick(crowd.tabs).line.drop()),
  byPeople('all browsers drop their connections', async ({ crowd }) => {
    for (const tab of crowd.tabs) tab.line.drop()
  }),
  byPeople('browser reads nothing for a while', ({ crowd, random }) =>
    random.pick(crowd.tabs).line.rest(random.between(1_000, 5_000)),
  ),
  byPeople('a second device comes in the middle', async ({ crowd, random }) => {
    const person = random.pick(crowd.people)
    person.openTab()
    await pause(random.between(500, 3_000))
    if (!person.hasUnsent) person.closeTab()
  }),
  byPeople('answers are stopped', async ({ crowd, random }) => {
    for (const person of random.shuffled(crowd.people).slice(0, 3)) person.stop(random)
  }),
]

function byPeople(kind: string, act: (scene: Scene) => Promise<void>): Fault {
  return {
    kind,
    run: async (scene): Promise<Struck> => {
      await act(scene)
      return 'struck'
    },
  }
}
