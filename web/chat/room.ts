/** The parts of `#chat` that a conversation is shown in; the page of an error has none of them. */
export interface Room {
  readonly chat: HTMLElement
  readonly conversationId: string
  readonly scroller: HTMLElement
  readonly thread: HTMLElement
  readonly toEnd: HTMLElement
  readonly composer: HTMLFormElement
  readonly text: HTMLTextAreaElement
  readonly send: HTMLButtonElement
  readonly note: HTMLElement
  readonly count: HTMLElement
}

/** @returns the room that the page shows now, or undefined where it shows something else. */
export function findRoom(): Room | undefined {
  const chat = document.getElementById('chat')
  const conversationId = chat?.dataset.conversationId
  if (!chat || !conversationId) return undefined
  return {
    chat,
    conversationId,
    scroller: part('scroller'),
    thread: part('thread'),
    toEnd: part('to-end'),
    composer: part<HTMLFormElement>('composer'),
    text: part<HTMLTextAreaElement>('composer-text'),
    send: part<HTMLButtonElement>('composer-send'),
    note: part('composer-note'),
    count: part('composer-count'),
  }
}

function part<Kind extends HTMLElement>(id: string): Kind {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`The page has no #${id}`)
  return found as Kind
}

/** Where the next message hangs in the conversation's tree. */
export const leafOf = ({ chat }: Room): string | null => chat.dataset.leafId || null

export function setLeaf({ chat }: Room, id: string | null): void {
  chat.dataset.leafId = id ?? ''
}
