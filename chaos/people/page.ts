import type { Route } from './house-socket.ts'

/** An answer as the server's page shows it. */
export interface ShownReply {
  readonly requestId: string
  readonly state: string
  readonly content: string
}

const fetchMs = 15_000

/**
 * The replies in the thread of a conversation, or one of them, as a page fetches them.
 *
 * @returns `gone` where the server knows of none, undefined where it can't be reached just now.
 */
export async function fetchReplies(
  { port, cookie }: Omit<Route, 'onSocket'>,
  path: string,
): Promise<ShownReply[] | 'gone' | undefined> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      // Kept connections would count as what the hub holds.
      headers: { accept: 'text/html', 'hx-request': 'true', cookie, connection: 'close' },
      signal: AbortSignal.timeout(fetchMs),
    })
    const text = await answer.text()
    if (answer.status === 404 || answer.status === 401) return 'gone'
    return answer.status === 200 ? readReplies(text) : undefined
  } catch {
    return undefined
  }
}

const replyPattern =
  /<article class="turn reply"[^>]* data-message-id="([^"]+)"[^>]* data-state="([^"]+)"[\s\S]*?<template class="reply-source">([\s\S]*?)<\/template>/g

const readReplies = (text: string): ShownReply[] =>
  [...text.matchAll(replyPattern)].map(([, requestId = '', state = '', content = '']) => ({
    requestId,
    state,
    content,
  }))

export const isRunning = (state: string): boolean => ['waiting', 'ready', 'published'].includes(state)

/** Opens the house as somebody new. @returns the cookie. @throws when the page gives none */
export async function openHouse(port: number): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${port}/`, {
    headers: { accept: 'text/html' },
  })
  await answer.arrayBuffer()
  const cookie = answer.headers.get('set-cookie')?.split(';')[0]
  if (cookie === undefined) throw new Error(`The page gave no cookie but ${answer.status}`)
  return cookie
}
