import { startOllamaStandIn } from '../../testing/backends/ollama-stand-in.ts'
import { clockLeadUs } from '../measure/clock.ts'
import { answerParent } from './child.ts'

/** The model backend of both sides: stamps each token when it is sent, at the pace that the prompt names. */
const standIn = await startOllamaStandIn({
  // Titles are made from the prompt, whose wishes would otherwise make a long reply of each.
  answer: ({ prompt }) =>
    prompt.startsWith('tokens=') ? undefined : { text: 'A title', stamped: false, ratePerSecond: 0 },
})

const abilities = {
  url: () => standIn.url,
  clockLeadUs: () => clockLeadUs(),
}
export type Backend = typeof abilities

answerParent(abilities)
