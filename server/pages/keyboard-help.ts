import type { Html } from './html.ts'
import { html } from './html.ts'
import { icon } from './icons.ts'

/** Every key that does something, in a dialog. */
export const keyboardHelp = (): Html =>
  html`<dialog id="help" class="modal sheet" aria-labelledby="help-title"><div class="modal-box">
<div class="sheet-head"><h2 id="help-title">Keyboard</h2><form method="dialog"><button class="quiet" autofocus aria-label="Close" title="Close">${icon('close')}</button></form></div>
<dl class="keys">${keys.map(
    ([combination, meaning]) =>
      html`<div><dt>${combination.map((key, index) => html`${index > 0 && ' + '}<kbd class="kbd kbd-sm">${key}</kbd>`)}</dt><dd>${meaning}</dd></div>`,
  )}</dl>
<p class="sheet-note">On a Mac, Command works wherever Ctrl stands here.</p>
</div><form method="dialog" class="modal-backdrop"><button tabindex="-1" aria-hidden="true">Close</button></form></dialog>`

const keys: readonly (readonly [readonly string[], string])[] = [
  [['Enter'], 'Send'],
  [['Shift', 'Enter'], 'New line'],
  [['Esc'], 'Stop the answer; leave an edit, a menu or a dialog'],
  [['↑'], 'Change your last message, when the field is empty'],
  [['/'], 'Go to the message field'],
  [['Ctrl', 'K'], 'Search conversations'],
  [['Ctrl', 'Shift', 'O'], 'New conversation'],
  [['?'], 'This list'],
]
