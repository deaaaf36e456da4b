/** @typedef {{ name: string, take: () => Promise<void> }} Way */

/**
 * Tries ways to bring something until one works, saying in a line why each other did not.
 * @param {string} what
 * @param {Way[]} ways
 * @param {(line: string) => void} say
 * @throws {Error} when none worked, with the reason of each
 */
export async function takeFirstWay(what, ways, say) {
  const reasons = []
  for (const { name, take } of ways) {
    say(`Bringing ${what}: ${name}.`)
    try {
      return await take()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      reasons.push(`- ${name}: ${reason}`)
      say(`That did not work: ${reason.split('\n')[0]}`)
    }
  }
  throw new Error(`There is no ${what}, and none could be brought.\n${reasons.join('\n')}`)
}
