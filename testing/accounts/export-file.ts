import { uuidv7 } from '../../bus/contract/ids.ts'

type Fields = Readonly<Record<string, unknown>>

export const exportedMessage = (change: Fields = {}) => ({
  ...{ id: uuidv7(), parent_id: null as string | null, role: 'user', content: 'Good morning', thoughts: '' },
  ...{ model: null, finish_reason: null, usage: {}, created_at: '2026-01-31T12:00:00.000Z' },
  ...change,
})

/** A conversation of one thing said and one answer, as an export has it. */
export function exportedConversation(change: Fields = {}) {
  const said = exportedMessage()
  const answer = exportedMessage({
    parent_id: said.id,
    role: 'assistant',
    content: 'Hello',
    finish_reason: 'stop',
  })
  return {
    ...{
      id: uuidv7(),
      title: 'Bread',
      system_prompt: null,
      temperature: null,
      max_tokens: null,
      model: null,
    },
    ...{ active_leaf_id: answer.id, created_at: '2026-01-31T12:00:00.000Z' },
    ...{ updated_at: '2026-01-31T12:04:00.000Z', messages: [said, answer] },
    ...change,
  }
}

/** The text of a file as an export writes it. */
export const exportFile = (conversations: unknown, change: Fields = {}): string =>
  JSON.stringify({ format: 'companions-export-1', conversations, ...change })
