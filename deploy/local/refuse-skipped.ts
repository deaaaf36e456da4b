import type { TestEvent } from 'node:test/reporters'

/**
 * A reporter of node:test for which a skipped test is a failure: a part that is missing must not look green.
 * Prints nothing but the names of those.
 */
// biome-ignore lint/style/noDefaultExport: node:test takes a reporter from the default export alone
export default async function* refuseSkipped(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' || (data.skip === undefined && data.todo === undefined)) continue
    process.exitCode = 1
    yield `Skipped, which counts as a failure: ${data.name}\n`
  }
}
