import type { HistoryMessage } from '../../bus/contract/history.ts'

/** Stands for a person's message where the companion spoke first: strict templates want one before any answer. */
export const entrance: HistoryMessage = { role: 'user', content: '(I have just come in.)' }
