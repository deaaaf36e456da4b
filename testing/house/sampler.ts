/** A reply that uses most of Markdown, long enough to be scrolled in a window of usual height. */
export const sampler = `# A small tour

Here is **bold**, *emphasis*, \`code\` and a [link](https://example.org/path).

1. First, a list
   - with one inside
   - and another
2. then its second item

> A quote that says something,
> in two lines.

\`\`\`js
const kettle = { litres: 1.5, on: true }
function boil({ litres }) {
  return litres > 1 ? 'slowly' : 'soon'
}
\`\`\`

| Tea | Minutes |
| --- | ---: |
| Green | 2 |
| Black | 4 |

- [x] water
- [ ] leaves

## And some more words

${Array.from({ length: 12 }, (_, line) => `Paragraph ${line} goes on for a while, so that there is something to scroll through on any window that people use for reading.`).join('\n\n')}

That is all.
`
