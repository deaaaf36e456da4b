import { callBar, callButton } from './call-bar.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'
import { icon } from './icons.ts'

/** The one place to speak. There is no `maxlength`: too long a text is told, never cut. */
export const composer = (companionName: string): Html =>
  html`<div class="composer-dock">
<p id="offline-note" class="offline-note">${icon('away', 'small')}<span><span class="when-offline">You are offline.</span><span class="when-away">The server is away; trying again.</span> What you send is kept here, and goes out by itself.</span></p>
${callBar(companionName)}
<form id="composer" class="composer" data-state="idle" novalidate>
<label class="sr-only" for="composer-text">Message to ${companionName}</label>
<textarea id="composer-text" rows="1" placeholder="Say something to ${companionName}" dir="auto" autocomplete="off" aria-describedby="composer-note" enterkeyhint="send"></textarea>
${callButton(companionName)}
<button type="submit" id="composer-send" class="btn composer-send" data-mode="send" data-label-send="Send" data-label-stop="Stop the answer" aria-label="Send" title="Send"><span class="when-send">${icon('send')}</span><span class="when-stop">${icon('stop')}<span>Stop</span></span></button>
<div class="composer-words"><p id="composer-note" class="composer-note" hidden></p><span id="composer-count" class="meta composer-count" hidden></span></div>
</form>
</div>`
