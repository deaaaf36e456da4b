import { fileField } from '../../accounts/import/uploaded-form.ts'
import { maxUploadBytes, mib } from '../../accounts/limits/uploads.ts'
import type { ImportOutcome } from '../../store/imports.ts'
import type { Html } from '../html.ts'
import { attributes, html } from '../html.ts'
import { icon } from '../icons.ts'
import { formProblem, section } from './section.ts'

/** What came of a file: what it added, or why it added nothing. */
export type ImportResult = ImportOutcome | { readonly problem: string }

/**
 * Bringing along what one said in another house. A plain form: a browser shows by itself how far it is with a file. Its
 * answer is a page, which begins at what came of it.
 */
export const importSection = (result?: ImportResult): Html => {
  const problem =
    result !== undefined && 'problem' in result ? `Nothing was added. ${result.problem}.` : undefined
  return section(
    {
      ...{ id: 'import', title: 'Bring your conversations', icon: 'upload' },
      note: 'Adds the conversations of a file that “Download everything” wrote, in another house or in this one. What is here already stays as it is and is not added again.',
    },
    html`<form class="account-form account-line" method="post" action="/account/import" enctype="multipart/form-data">
<label class="account-field"><span>Exported file, at most ${maxUploadBytes / mib} MiB</span><input ${fieldFacts(problem !== undefined)}></label>
<button type="submit" class="btn">${icon('upload', 'small')}Add them</button>
${formProblem(problem, problemId)}${result !== undefined && 'added' in result && outcome(result)}
</form>`,
  )
}

const problemId = 'import-problem'

const fieldFacts = (isRefused: boolean): Html =>
  attributes({
    ...{
      class: 'file-input',
      type: 'file',
      name: fileField,
      accept: '.json,application/json',
      required: true,
    },
    ...(isRefused && { autofocus: true, 'aria-invalid': 'true', 'aria-describedby': problemId }),
  })

const outcome = (result: ImportOutcome): Html =>
  html`<p class="account-state" role="status" tabindex="-1" autofocus>${outcomeWords(result)}</p>`

function outcomeWords({ added, messages, known }: ImportOutcome): string {
  if (added.length === 0)
    return known > 0
      ? 'Nothing was added: all of it is here already.'
      : 'Nothing was added: there is no conversation in that file.'
  const are = added.length === 1 ? 'is' : 'are'
  const words = `${counted(added.length, 'conversation')} with ${counted(messages, 'message')} ${are} in your list now.`
  return known === 0
    ? words
    : `${words} ${known.toLocaleString('en')} ${known === 1 ? 'was' : 'were'} here already.`
}

const counted = (count: number, thing: string): string =>
  `${count.toLocaleString('en')} ${thing}${count === 1 ? '' : 's'}`
