import { copyText } from '../page/copy-text.ts'

/**
 * Buttons beside what the house shows once. `data-copy` and `data-save` name the element that has it: all `code` in
 * there, one a line. `data-save` puts it in a file, which `data-file` names, below a line that says what it is (`data-head`),
 * of which house, and of which day.
 */
document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('button') : null
  const { copy, save } = button?.dataset ?? {}
  const shown = document.getElementById(copy ?? save ?? '')
  if (button === null || shown === null) return
  if (copy !== undefined) void copyShown(button, shown)
  else saveShown(button, shown)
})

async function copyShown(button: HTMLElement, shown: HTMLElement): Promise<void> {
  if (await copyText(textOf(shown))) {
    keep(shown)
    return tell(button, 'Copied.')
  }
  getSelection()?.selectAllChildren(shown)
  tell(button, 'This browser lets no page copy. It is selected: copy it by hand.')
}

function textOf(shown: HTMLElement): string {
  const codes = shown.localName === 'code' ? [shown] : [...shown.querySelectorAll('code')]
  return codes.map(({ textContent }) => textContent).join('\n')
}

function saveShown(button: HTMLElement, shown: HTMLElement): void {
  const { file = 'companions.txt', head = 'Of' } = button.dataset
  saveAs(file, `${head} ${location.host}, ${new Date().toISOString().slice(0, 10)}\n\n${textOf(shown)}\n`)
  keep(shown)
  tell(button, 'Saved.')
}

/** It may go from the page. */
function keep(shown: HTMLElement): void {
  shown.closest('.account-once')?.setAttribute('data-kept', '')
}

function saveAs(file: string, text: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  link.download = file
  link.click()
  // The browser has taken it up by then.
  setTimeout(() => URL.revokeObjectURL(link.href))
}

/** A screen reader reads what is new in the place: the same words are only new there where it was empty between. */
function tell(button: HTMLElement, words: string): void {
  const place = button.parentElement?.querySelector('[role=status]')
  if (!place) return
  place.textContent = ''
  setTimeout(() => {
    place.textContent = words
  })
}
