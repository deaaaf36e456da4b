import type { Magic } from 'alpine'
import { closeDialog } from './dialogs.ts'

/** The form in the settings dialog: the temperature is either the model's own or the one on the scale. */
export const settingsForm = () => ({
  showTemperature(this: Magic) {
    tell(this.$root)
  },
  toggleTemperature(this: Magic) {
    const range = rangeIn(this.$root)
    const own = this.$root.querySelector<HTMLInputElement>('#temperature-own')
    if (!range || !own) return
    range.disabled = own.checked
    tell(this.$root)
  },
  cancel: () => closeDialog('settings'),
})

const rangeIn = (form: HTMLElement): HTMLInputElement | null =>
  form.querySelector<HTMLInputElement>('#temperature')

function tell(form: HTMLElement): void {
  const range = rangeIn(form)
  const shown = form.querySelector('#temperature-shown')
  if (range && shown) shown.textContent = range.disabled ? 'the model’s own' : range.valueAsNumber.toFixed(1)
}
