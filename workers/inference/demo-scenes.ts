export interface DemoScene {
  /** What a person may say to see it. */
  readonly wanted: RegExp
  /** Markdown. */
  readonly text: string
}

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
