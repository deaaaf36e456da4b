/**
 * Text as the search compares it: compatibility forms unfolded, accents and other marks dropped, lower case, so that
 * "cafe" finds "Café". The same in both databases, since neither does it alike.
 */
export const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll('ς', 'σ')
