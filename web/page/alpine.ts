import Alpine, { type Magic } from 'alpine'
import { tell } from '../chat/notices.ts'
import { closeDialog, house, listenToKeys, listenToRooms, remember } from './house.ts'
import { listenToMenus, modelChoice } from './menus.ts'

/** Brings everything around the conversation to life: list, menus, dialogs, theme, toasts, keys. Called once. */
export function startPage(): void {
  Alpine.data('house', house)
  Alpine.data('theme', theme)
  Alpine.data('modelChoice', modelChoice)
  Alpine.data('settingsForm', settingsForm)
  Alpine.data('toast', toast)
  Alpine.start()
  listenToMenus()
  listenToKeys()
  listenToRooms()
  rememberTimeZone()
}

/** The choice of light, dark, or whatever the system says; the server's next page begins with it. */
const theme = () => ({
  choose(this: Magic) {
    const choice = this.$el.dataset.themeChoice ?? 'system'
    remember('theme', choice)
    if (choice === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = `home-${choice}`
    for (const item of this.$root.querySelectorAll('[data-theme-choice]')) {
      item.setAttribute('aria-checked', String(item === this.$el))
    }
  },
})

/** The form in the settings dialog: the temperature is either the model's own or the one on the scale. */
const settingsForm = () => ({
  showTemperature(this: Magic) {
    showIn(this.$root)
  },
  toggleTemperature(this: Magic) {
    const range = rangeIn(this.$root)
    const own = this.$root.querySelector<HTMLInputElement>('#temperature-own')
    if (!range || !own) return
    range.disabled = own.checked
    showIn(this.$root)
  },
  cancel: () => closeDialog('settings'),
})

const rangeIn = (form: HTMLElement): HTMLInputElement | null =>
  form.querySelector<HTMLInputElement>('#temperature')

function showIn(form: HTMLElement): void {
  const range = rangeIn(form)
  const shown = form.querySelector('#temperature-shown')
  if (range && shown) shown.textContent = range.disabled ? 'the model’s own' : range.valueAsNumber.toFixed(1)
}

const shownForMs = 8_000

/** A toast leaves by itself, but not while somebody is in it, and later where a pointer still moves over it. */
const toast = () => ({
  init(this: Magic) {
    const card = this.$root
    const stay = (): void => window.clearTimeout(timers.get(card))
    const wait = (): void => {
      stay()
      timers.set(
        card,
        window.setTimeout(() => card.remove(), shownForMs),
      )
    }
    card.addEventListener('focusin', stay)
    for (const name of ['focusout', 'pointermove']) card.addEventListener(name, wait)
    wait()
  },
  /** Its button may still be sending what it was pressed for, so the card leaves a moment later. */
  close(this: Magic) {
    const card = this.$root
    card.hidden = true
    window.setTimeout(() => card.remove(), shownForMs)
  },
})

const timers = new WeakMap<HTMLElement, number>()

/** Tells the server in which zone its times are read, and has the list grouped anew where it did not know. */
function rememberTimeZone(): void {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  const isKnown = document.cookie.split('; ').includes(`tz=${encodeURIComponent(timeZone)}`)
  if (isKnown) return
  remember('tz', timeZone)
  tell('refresh')
}
