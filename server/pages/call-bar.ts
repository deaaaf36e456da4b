import type { Html } from './html.ts'
import { attributes, html } from './html.ts'
import { icon } from './icons.ts'

/** What stands above the composer while a call is on; hidden until then. Its state is one word of these. */
export const callBar = (companionName: string): Html =>
  html`<section class="call-bar" aria-label="Call with ${companionName}" tabindex="-1" hidden ${attributes({
    'data-state': 'connecting',
    'data-word-connecting': 'Calling',
    'data-word-returning': 'Coming back',
    'data-word-listening': 'Listening',
    'data-word-hearing': 'Hearing you',
    'data-word-transcribing': 'Writing it down',
    'data-word-thinking': 'Thinking',
    'data-word-speaking': 'Speaking',
    'data-word-muted': 'Muted',
    'data-word-failed': 'No call',
  })}>
<span class="call-meter" aria-hidden="true"><span></span><span></span><span></span><span></span><span></span></span>
<p class="call-words"><span class="call-state"></span><span class="call-note" hidden></span></p>
<button type="button" class="btn btn-sm call-offer" hidden></button>
<button type="button" class="quiet call-hush" aria-label="Stop speaking" title="Stop speaking">${icon('stop')}</button>
<button type="button" class="quiet call-mute" aria-pressed="false" aria-label="Mute" title="Mute"><span class="when-heard">${icon('microphone')}</span><span class="when-muted">${icon('microphone-off')}</span></button>
<button type="button" class="btn call-end" aria-label="End the call" title="End the call"><span class="when-on">${icon('hang-up')}</span><span class="when-failed">${icon('close')}</span></button>
</section>`

/** Beside what sends a message. Shown where the house takes calls, once the page can begin one. */
export const callButton = (companionName: string): Html =>
  html`<button type="button" class="quiet composer-call" data-action="call" aria-label="Call ${companionName}" title="Call ${companionName}">${icon('phone')}</button>`
