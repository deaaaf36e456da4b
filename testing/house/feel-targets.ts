import type { Page } from 'playwright-core'

/** What is pressed with a finger is at least so high and so wide, in CSS pixels. */
const leastPx = 44

/** What was measured, and what of it is too small for a finger. */
export interface Targets {
  readonly count: number
  readonly small: readonly string[]
}

/**
 * Feels out what can be pressed on the page: how far to each side of a control's middle it is still what is hit, so that
 * a label or a larger hit area counts, and what lies over it does not. Links in running text are left out.
 */
export const feelTargets = (page: Page, within = 'body'): Promise<Targets> =>
  page.evaluate(
    ({ least, within }) => {
      const small: string[] = []
      let count = 0
      const pressable = `${within} :is(a[href], button, input, select, textarea, summary)`
      for (const control of document.querySelectorAll<HTMLElement>(pressable)) {
        if (
          control.matches(':disabled, .prose-like a') ||
          control.closest('[inert], [aria-hidden=true]') ||
          !control.checkVisibility()
        )
          continue
        control.scrollIntoView({ block: 'center', behavior: 'instant' })
        const { left, top, width, height } = control.getBoundingClientRect()
        const [x, y] = [left + width / 2, top + height / 2]
        const isHit = (atX: number, atY: number) => {
          const hit = document.elementFromPoint(atX, atY)
          return hit !== null && (control.contains(hit) || hit.closest('label')?.control === control)
        }
        if (!isHit(x, y)) continue
        count += 1
        const reach = (dx: number, dy: number) => {
          let steps = 0
          while (steps < least && isHit(x + (steps + 1) * dx, y + (steps + 1) * dy)) steps += 1
          return steps
        }
        const [wide, high] = [reach(-1, 0) + reach(1, 0) + 1, reach(0, -1) + reach(0, 1) + 1]
        // A pixel at either edge may be shared with what is beside it.
        if (wide < least - 1 || high < least - 1)
          small.push(`${wide} × ${high} px: ${control.outerHTML.slice(0, 120)}`)
      }
      return { count, small }
    },
    { least: leastPx, within },
  )
