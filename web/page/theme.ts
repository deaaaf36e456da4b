import type { Magic } from 'alpine'
import { remember } from './cookies.ts'

/** The choice of light, dark, or whatever the system says; the server's next page begins with it. */
export const theme = () => ({
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
