import { clone, setPart } from './turns.ts'

/** Shows a short word at the foot of the page; the page takes it away by itself. */
export function toast(text: string): void {
  const card = clone('toast-template')
  setPart(card, 'toast-text', text)
  document.getElementById('toasts')?.append(card)
}
