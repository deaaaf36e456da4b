import { wordsIn } from './echo.ts'

/** Sounds and words by which one shows that one listens, without wanting to speak. */
const backChannels: ReadonlySet<string> = new Set(
  'ah,aha,ahh,alright,hm,hmm,huh,ja,mhm,mhmm,mm,mmhm,mmhmm,mmm,oh,ok,okay,right,sure,uh,uhhuh,uhuh,um,yeah,yep,yes,yup,genau,klar,hmhm'.split(
    ',',
  ),
)

/** Most words that still are none. */
const mostWords = 3

/** Whether these words, said while the companion speaks, only show that one listens ("mm-hm", "yeah, right"). */
export function isBackChannel(words: string): boolean {
  const plain = wordsIn(words)
  return plain.length <= mostWords && plain.every((word) => backChannels.has(word))
}
