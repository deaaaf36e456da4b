import type { Magic } from 'alpine'

/**
 * Menus are popovers, opened and closed by the browser. Added here: arrow keys, Home and End among their items, focus on
 * the chosen one, and a place beside the button for browsers that cannot anchor.
 */
export function listenToMenus(): void {
  document.addEventListener('toggle', onToggle, true)
  document.addEventListener('keydown', onKey)
  document.addEventListener('click', onClick)
}

function onToggle(event: Event): void {
  const card = event.target
  if (!(card instanceof HTMLElement) || !card.matches('.menu-card')) return
  const isOpen = card.matches(':popover-open')
  const opener = document.querySelector<HTMLElement>(`[popovertarget="${CSS.escape(card.id)}"]`)
  opener?.setAttribute('aria-expanded', String(isOpen))
  if (!isOpen) return
  if (opener && !CSS.supports('position-area: bottom')) place(card, opener)
  const items = itemsOf(card)
  const chosen = items.find((item) => item.getAttribute('aria-checked') === 'true') ?? items[0]
  chosen?.focus()
}

function onKey(event: KeyboardEvent): void {
  const card = event.target instanceof Element ? event.target.closest<HTMLElement>('.menu-card') : null
  if (!card) return
  const items = itemsOf(card)
  const at = items.findIndex((item) => item.matches(':focus'))
  const next = nextItem(event.key, at, items.length)
  if (next === undefined) return
  event.preventDefault()
  items[next]?.focus()
}

function nextItem(key: string, at: number, count: number): number | undefined {
  if (count === 0) return undefined
  if (key === 'ArrowDown') return (at + 1) % count
  if (key === 'ArrowUp') return (at - 1 + count) % count
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : undefined
}

/** A chosen item closes its menu, and gives focus back to the button. */
function onClick(event: MouseEvent): void {
  const item = event.target instanceof Element ? event.target.closest('.menu-card .menu-item') : null
  item?.closest<HTMLElement>('.menu-card')?.hidePopover()
}

/** Those that are shown: what a touch screen leaves out takes no focus, and the keys would stop at it. */
const itemsOf = (card: HTMLElement): HTMLElement[] =>
  [...card.querySelectorAll<HTMLElement>('.menu-item')].filter((item) => item.getClientRects().length > 0)

function place(card: HTMLElement, opener: HTMLElement): void {
  const anchor = opener.getBoundingClientRect()
  const { width, height } = card.getBoundingClientRect()
  const below = anchor.bottom + height <= innerHeight
  card.style.left = `${Math.max(8, Math.min(anchor.right - width, innerWidth - width - 8))}px`
  card.style.top = `${Math.max(8, below ? anchor.bottom : anchor.top - height - 8)}px`
}

/** The choice of a model: the hidden field tells the composer, and a conversation that exists keeps it. */
export const modelChoice = () => ({
  init(this: Magic) {
    const root = this.$root
    root.addEventListener('click', (event) => {
      const item =
        event.target instanceof Element ? event.target.closest<HTMLElement>('[data-model-id]') : null
      if (item) choose(root, item)
    })
  },
})

function choose(root: HTMLElement, item: HTMLElement): void {
  const { modelId = '', modelLabel = '' } = item.dataset
  const field = root.querySelector<HTMLInputElement>('#model-id')
  const name = root.querySelector('.model-name')
  if (!field || !name) return
  field.value = modelId
  name.textContent = modelLabel
  for (const other of root.querySelectorAll('[data-model-id]')) {
    other.setAttribute('aria-checked', String(other === item))
  }
  field.dispatchEvent(new Event('change', { bubbles: true }))
  if (root.closest<HTMLElement>('#chat')?.dataset.new === 'false') void keepModel(root, modelId)
}

/** Keeps the choice with the conversation. Every message names its model anyway; where it fails, a connection helps. */
async function keepModel(root: HTMLElement, model: string): Promise<void> {
  const url = root.dataset.settingsUrl
  if (!url) return
  const body = new URLSearchParams({ model })
  const answer = await fetch(url, { method: 'POST', body }).catch(() => undefined)
  if (answer === undefined || answer.status >= 500)
    document.body.addEventListener('companions:refresh', keepChosenModel, { once: true })
}

/** Keeps a model chosen before the conversation's first message, once the conversation exists. */
export function keepChosenModel(): void {
  const root = document.querySelector<HTMLElement>('.model-choice')
  const model = root?.querySelector<HTMLInputElement>('#model-id')?.value
  if (root && model) void keepModel(root, model)
}
