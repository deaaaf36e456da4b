import type { Magic } from 'alpine'

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
  root.querySelector('#model')?.setAttribute('aria-label', `Model: ${modelLabel}`)
  for (const other of root.querySelectorAll('[data-model-id]')) {
    other.setAttribute('aria-checked', String(other === item))
  }
  field.dispatchEvent(new Event('change', { bubbles: true }))
  if (root.closest<HTMLElement>('#chat')?.dataset.new === 'false') void keepModel(root, modelId)
}

/** Keeps the choice with the conversation. A failure costs nothing: every message names its model anyway. */
async function keepModel(root: HTMLElement, model: string): Promise<void> {
  const url = root.dataset.settingsUrl
  if (!url) return
  try {
    await fetch(url, { method: 'POST', body: new URLSearchParams({ model }) })
  } catch (error) {
    console.warn('the choice of a model could not be kept', error)
  }
}

/** Keeps a model chosen before the conversation's first message, once the conversation exists. */
export function keepChosenModel(): void {
  const root = document.querySelector<HTMLElement>('.model-choice')
  const model = root?.querySelector<HTMLInputElement>('#model-id')?.value
  if (root && model) void keepModel(root, model)
}
