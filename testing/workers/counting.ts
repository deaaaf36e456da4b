/** What the stand-in backends say: ` t0 t1 t2 …`, so that a missing or doubled token shows. */
export const countedTo = (tokens: number): string =>
  Array.from({ length: tokens }, (_, index) => ` t${index}`).join('')
