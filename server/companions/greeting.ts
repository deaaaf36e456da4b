/**
 * What the companion's prompt ends with where it opens a conversation by itself.
 *
 * @param titles - Of the person's latest conversations, newest first.
 */
export const greetingLine = (titles: readonly string[]): string =>
  [
    'The person you talk with has just come back after a while and has not said anything yet.',
    'Greet them first: warmly, in one or two sentences, without asking more than one question.',
    ...(titles.length === 0
      ? []
      : [
          'Use the language of the titles of your latest conversations with them, newest first, and come back to one only where it fits:',
          `${titles.map((title) => `“${title}”`).join(', ')}.`,
        ]),
  ].join(' ')
