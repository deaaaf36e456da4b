import { fileField } from '../../accounts/import/uploaded-form.ts'
import { maxUploadBytes, mib } from '../../accounts/limits/uploads.ts'
import type { ImportOutcome } from '../../store/imports.ts'
import type { Html } from '../html.ts'
import { html } from '../html.ts'
import { icon } from '../icons.ts'
import { formProblem, section } from './section.ts'

/** What came of a file: what it added, or why it added nothing. */
export type ImportResult = ImportOutcome | { readonly problem: string }

/** Bringing along what one said in another house. A plain form: a browser shows by itself how far it is with a file. */
export const importSection = (result?: ImportResult): Html =>
  section(
    {
      ...{ id: 'import', title: 'Bring your conversations', icon: 'upload' },
      note: 'Adds the conversations of a file that “Download everything” wrote, in another house or in this one. What is here already stays as it is and is not added again.',
    },
    html`${result !== undefined && 'added' in result && addedWords(result)}
<form class="account-form account-line" method="post" action="/account/import" enctype="multipart/form-data">
<label class="account-field"><span>Exported file, at most ${maxUploadBytes / mib} MiB</span><input class="file-input" type="file" name="${fileField}" accept=".json,application/json" required></label>
<button type="submit" class="btn">${icon('upload', 'small')}Add them</button>
${formProblem(result !== undefined && 'problem' in result ? `Nothing was added. ${result.problem}.` : undefined)}
</form>`,
  )

function addedWords({ added, messages, known }: ImportOutcome): Html {
  const here = known > 0 && (known === 1 ? '1 was here already.' : `${counted(known)} were here already.`)
  if (added.length === 0)
    return html`<p class="account-state" role="status">Nothing was added: ${known > 0 ? 'all of it is here already.' : 'there is no conversation in that file.'}</p>`
  return html`<p class="account-state" role="status">${words(added.length, 'conversation')} with ${words(messages, 'message')} ${added.length === 1 ? 'is' : 'are'} in your list now. ${here}</p>`
}

const counted = (count: number): string => count.toLocaleString('en')

const words = (count: number, thing: string): string => `${counted(count)} ${thing}${count === 1 ? '' : 's'}`
