import { maxSystemPromptLength } from '../../bus/contract/limits.ts'
import type { Conversation } from '../store/store.ts'
import type { Html } from './html.ts'
import { attributes, html } from './html.ts'
import { icon } from './icons.ts'

export type SettingsFacts = Pick<Conversation, 'id' | 'systemPrompt' | 'temperature' | 'maxTokens'>

/** The frame of the dialog; HTMX brings the form of the conversation that is open. */
export const settingsDialog = (): Html =>
  html`<dialog id="settings" class="modal sheet" aria-labelledby="settings-title"><div class="modal-box">
<div class="sheet-head"><h2 id="settings-title">This conversation</h2><form method="dialog"><button class="quiet" autofocus aria-label="Close" title="Close">${icon('close')}</button></form></div>
<div id="settings-body"><p class="sheet-note">Fetching its settings…</p></div>
</div><form method="dialog" class="modal-backdrop"><button tabindex="-1" aria-hidden="true">Close</button></form></dialog>`

/** The form: how the companion speaks here, how freely, and how much. @param problem - Why the last try was refused. */
export const settingsForm = (facts: SettingsFacts, problem = ''): Html =>
  html`<form class="settings-form" x-data="settingsForm" hx-post="/c/${facts.id}/settings" hx-target="#settings-body" hx-swap="innerHTML settle:0">
<input type="hidden" name="all" value="true">
${problem !== '' && html`<p class="form-problem" role="alert">${icon('alert', 'small')}${problem}</p>`}
<div class="setting"><label for="system-prompt">System prompt</label>
<textarea id="system-prompt" class="textarea" name="system_prompt" rows="5" maxlength="${maxSystemPromptLength}" dir="auto" placeholder="The companion’s own" aria-describedby="system-prompt-note">${facts.systemPrompt ?? ''}</textarea>
<p id="system-prompt-note" class="setting-note">What the companion is told before the first word. Empty: its own.</p></div>
${temperature(facts.temperature)}
${answerLength(facts.maxTokens)}
<div class="sheet-foot"><button type="button" class="btn btn-ghost" @click="cancel">Cancel</button><button type="submit" class="btn btn-primary">Save</button></div>
</form>`

const temperature = (value: number | null): Html =>
  html`<div class="setting"><div class="setting-row"><label for="temperature">Temperature</label><output id="temperature-shown" for="temperature" class="meta">${value === null ? 'the model’s own' : value.toFixed(1)}</output></div>
<input id="temperature" class="range range-primary range-xs" type="range" name="temperature" min="0" max="2" step="0.1" ${attributes({ value: String(value ?? 0.8), disabled: value === null })} @input="showTemperature" aria-describedby="temperature-note">
<p id="temperature-note" class="setting-note scale"><span>exact</span><span>free</span></p>
<label class="setting-check"><input id="temperature-own" class="checkbox checkbox-sm" type="checkbox" ${attributes({ checked: value === null })} @change="toggleTemperature">Leave it to the model</label></div>`

const lengths: readonly (readonly [number, string])[] = [
  [200, 'Short, about a paragraph'],
  [800, 'Medium, about a page'],
  [3_000, 'Long, several pages'],
]

function answerLength(value: number | null): Html {
  const isOther = value !== null && !lengths.some(([tokens]) => tokens === value)
  return html`<div class="setting"><label for="max-tokens">Longest answer</label>
<select id="max-tokens" class="select" name="max_tokens">
<option value="" ${attributes({ selected: value === null })}>As long as it takes</option>
${lengths.map(([tokens, label]) => option(tokens, `${label} (${tokens.toLocaleString('en')} tokens)`, tokens === value))}
${isOther && option(value, `${value.toLocaleString('en')} tokens`, true)}
</select></div>`
}

const option = (value: number, label: string, selected: boolean): Html =>
  html`<option value="${value}" ${attributes({ selected })}>${label}</option>`
