export type ChatMessage = { role: string; content: string }

/** What both wires tell a stand-in in the messages of a request. */
export type Conversation = {
  messages: ChatMessage[]
  /** The last message of the user. */
  prompt: string
  /** The answer so far, where the last message is the assistant's; otherwise empty. */
  begun: string
  /** Words stand for tokens. */
  promptTokens: number
}

/** Reads the messages of a request, of either wire. */
export function conversationOf(messages: unknown[]): Conversation {
  const known = messages.filter(isRecord).map((message) => ({
    role: String(message.role ?? ''),
    content: textOf(message.content),
  }))
  const last = known.at(-1)
  const words = known.reduce((count, message) => count + 3 + message.content.split(/\s+/).length, 0)
  return {
    messages: known,
    prompt: known.findLast((message) => message.role === 'user')?.content ?? '',
    begun: last?.role === 'assistant' ? last.content : '',
    promptTokens: words,
  }
}

export function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Content is a text, or in the OpenAI wire also a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content
    .filter(isRecord)
    .map((part) => String(part.text ?? ''))
    .join('')
}
