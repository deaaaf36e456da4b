import { clone, setPart } from './page-parts.ts'

/** Shows a short word at the foot of the page; the page takes it away by itself. */
export function toast(text: string): void {
  const card = clone('toast-template')
  setPart(card, 'toast-text', text)
  document.getElementById('toasts')?.append(card)
}

/** Shows what those say who come before everything around the conversation. */
export function listenToToasts(): void {
  document.body.addEventListener('companions:toast', (event) => {
    if (event instanceof CustomEvent) toast(String(event.detail))
  })
}
