import type { ModelsAnswer } from '../../bus/contract/models.ts'
import type { Clock } from './clock.ts'
import { hourOf } from './clock.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { adviceThatLooks } from './models-menu.ts'
import type { View } from './view.ts'

/** What stands in a conversation in which nothing was said yet. */
export const welcome = (view: View, models: ModelsAnswer | undefined): Html =>
  html`<section id="welcome" class="welcome" aria-labelledby="welcome-title">
<h2 id="welcome-title">${greeting(view.clock)}</h2>
<p class="welcome-lead">I’m ${view.companion.name}. Ask me something, think aloud, or begin with one of these.</p>
<ul class="openers">${view.companion.openers.map(
    (text) =>
      html`<li><button type="button" class="opener" data-action="opener" data-text="${text}">${text}</button></li>`,
  )}</ul>
<div id="model-advice">${adviceThatLooks(models, view.user)}</div>
</section>`

function greeting(clock: Clock): string {
  const hour = hourOf(clock)
  if (hour >= 5 && hour < 12) return 'Good morning.'
  if (hour >= 12 && hour < 18) return 'Good afternoon.'
  return hour >= 18 ? 'Good evening.' : 'Still awake?'
}
