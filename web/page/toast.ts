import type { Magic } from 'alpine'

const shownForMs = 8_000

/** A toast leaves by itself, but not while somebody points at it or is in it. */
export const toast = () => ({
  init(this: Magic) {
    const card = this.$root
    const wait = (): void => {
      timers.set(
        card,
        window.setTimeout(() => card.remove(), shownForMs),
      )
    }
    const stay = (): void => window.clearTimeout(timers.get(card))
    for (const name of ['pointerenter', 'focusin']) card.addEventListener(name, stay)
    for (const name of ['pointerleave', 'focusout']) {
      card.addEventListener(name, () => {
        stay()
        wait()
      })
    }
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
