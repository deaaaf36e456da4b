import type { ConnectionState } from './socket-listener.ts'

/** Words that follow each other faster than this are said as the last one alone; in milliseconds. */
const pauseMs = 600
/** A gap in the connection that is shorter is not worth a word, in milliseconds. */
const briefMs = 3_000

let due: ReturnType<typeof setTimeout> | undefined
let awaySinceMs = 0

/** Says to a screen reader what those tell who come before everything around the conversation. */
export function listenToNews(): void {
  document.body.addEventListener('companions:said', (event) => {
    if (event instanceof CustomEvent) announce(String(event.detail))
  })
  document.body.addEventListener('companions:connection', (event) => {
    if (event instanceof CustomEvent) sayConnection(event.detail)
  })
}

/** Tells a screen reader, politely, one short sentence; never the text of a reply while it grows. */
export function announce(text: string): void {
  clearTimeout(due)
  due = setTimeout(() => {
    const place = document.getElementById('announcer')
    // The same words again are only said again when they are other text.
    if (place) place.textContent = place.textContent === text ? `${text} ` : text
  }, pauseMs)
}

function sayConnection(state: ConnectionState): void {
  if (state !== 'here' && awaySinceMs === 0) awaySinceMs = performance.now()
  if (state === 'offline') announce('You are offline')
  if (state === 'away') announce('The server is away; trying again')
  if (state !== 'here') return
  if (awaySinceMs > 0 && performance.now() - awaySinceMs > briefMs) announce('Connected again')
  awaySinceMs = 0
}
