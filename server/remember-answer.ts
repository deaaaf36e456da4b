const ageMs = 5_000

/** What is asked of other processes and changes seldom: asked for at most once in five seconds. */
export function rememberAnswer<Answer>(ask: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | undefined
  let askedAtMs = 0
  return () => {
    const nowMs = performance.now()
    if (answer === undefined || nowMs - askedAtMs > ageMs) {
      askedAtMs = nowMs
      answer = ask()
    }
    return answer
  }
}
