import Alpine from 'alpine'
import { house } from './house.ts'
import { listenToKeys } from './keys.ts'
import { listenToMenus } from './menus.ts'
import { modelChoice } from './model-choice.ts'
import { listenToRooms } from './rooms.ts'
import { settingsForm } from './settings-form.ts'
import { theme } from './theme.ts'
import { rememberTimeZone } from './time-zone.ts'
import { toast } from './toast.ts'

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
