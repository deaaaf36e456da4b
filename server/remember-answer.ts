const usualAgeMs = 5_000

/**
 * What is asked of other processes and changes seldom: asked for at most once in five seconds.
 *
 * @param ageOf how long an answer is remembered, in milliseconds, where that depends on it.
 */
export function rememberAnswer<Answer>(
  ask: () => Promise<Answer>,
  ageOf: (answer: Answer) => number = () => usualAgeMs,
): () => Promise<Answer> {
  let answer: Promise<Answer> | undefined
  let askedAtMs = 0
  let ageMs = usualAgeMs
  return () => {
    const nowMs = performance.now()
    if (answer === undefined || nowMs - askedAtMs > ageMs) {
      askedAtMs = nowMs
      ageMs = usualAgeMs
      answer = ask().then((one) => {
        ageMs = ageOf(one)
        return one
      })
    }
    return answer
  }
}
