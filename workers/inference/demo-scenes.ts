export interface DemoScene {
  /** What a person may say to see it. */
  readonly wanted: RegExp
  /** Markdown. */
  readonly text: string
}

/** What the page offers to begin with: the companion's openers, each with an answer of its own. */
export const openerScenes: readonly DemoScene[] = [
  {
    wanted: /\bharbou?rs?\b/i,
    text: [
      'Come along, then. The quay is wet from the night, and the ropes creak as the boats lift and settle.',
      '',
      'A woman mends a net without looking at her hands. Behind her the old crane, *out of use since the railway came*,',
      'holds nothing but gulls. It smells of tar, coffee and diesel.',
      '',
      'At the end of the mole stands a small white light. From there you see the whole town at once, and hear it no more.',
    ].join('\n'),
  },
  {
    wanted: /\bbread\b/i,
    text: [
      'Bread rises because it is full of tiny living things called **yeast**:',
      '',
      '1. The yeast eats sugar out of the flour.',
      '2. It breathes out a gas, the one that makes lemonade fizz.',
      '3. Kneaded dough is stretchy, like a thousand little balloons, and holds the gas in.',
      '4. The oven makes the balloons grow once more, and then they set.',
      '',
      'The holes in a slice are where the balloons were.',
    ].join('\n'),
  },
  {
    wanted: /\bweekends?\b/i,
    text: [
      'A quiet weekend, with room in it:',
      '',
      '| | Saturday | Sunday |',
      '|:--|:---------|:-------|',
      '| morning | sleep in, the market | a long breakfast |',
      '| afternoon | a walk without a goal | the book that has waited |',
      '| evening | cook something slow | early to bed |',
      '',
      'Leave one of the six empty: it is for whatever comes.',
    ].join('\n'),
  },
]

/** What the demo shows, one scene an answer. */
export const demoScenes: readonly DemoScene[] = [
  {
    wanted: /\blists?\b|\btodo\b|\bsteps\b/i,
    text: [
      'Meanwhile, a list of what you can try here:',
      '',
      '- **Stop** an answer while it grows, and keep what is there',
      '- **Edit** what you said and go on from there',
      '- **Regenerate**, and step through the answers:',
      '  - the earlier ones stay',
      '  - each carries its model and its speed',
      '- Open this conversation in a second tab, and watch both',
    ].join('\n'),
  },
  {
    wanted: /\btables?\b|\bcompare\b|\bversus\b/i,
    text: [
      'A table, for instance of who does what in this house:',
      '',
      '| room | what it does | when it dies |',
      '|:-----|:-------------|:-------------|',
      '| hub | holds your connection | the page comes back to another |',
      '| bus | carries every message | it waits, then goes on |',
      '| worker | writes the answer | another goes on where it stopped |',
      '| store | remembers | nothing is accepted meanwhile |',
    ].join('\n'),
  },
  {
    wanted: /\bcode\b|\bfunction\b|\bprogram|\btypescript\b|\bpython\b|\bjavascript\b/i,
    text: [
      'A few lines of code, coloured and with a button to copy them:',
      '',
      '```ts',
      '/** The words of a text, counted. */',
      'export function countWords(text: string): Map<string, number> {',
      '  const counts = new Map<string, number>()',
      '  for (const word of text.toLowerCase().match(/\\p{L}+/gu) ?? []) {',
      '    counts.set(word, (counts.get(word) ?? 0) + 1)',
      '  }',
      '  return counts',
      '}',
      '```',
      '',
      'Inline it looks like this: `countWords("to be or not to be")`.',
    ].join('\n'),
  },
  {
    wanted: /\bmaths?\b|\bformula|\bequation|\bphysics\b/i,
    text: [
      'Some mathematics. Inside a line: $e^{i\\pi} + 1 = 0$. And on its own:',
      '',
      '$$',
      '\\int_{-\\infty}^{\\infty} e^{-x^2}\\,dx = \\sqrt{\\pi}',
      '$$',
      '',
      'It is set as MathML, so a screen reader can read it too.',
    ].join('\n'),
  },
  {
    wanted: /\bquotes?\b|\bpoems?\b|\bstory\b|\bpoetry\b/i,
    text: [
      'A quotation, since you ask so nicely:',
      '',
      '> “The Analytical Engine has no pretensions whatever to originate anything.',
      '> It can do whatever we know how to order it to perform.”',
      '>',
      '> — Ada Lovelace, 1843',
      '',
      'It fits a demo rather well.',
    ].join('\n'),
  },
]
