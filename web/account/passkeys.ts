import { startAuthentication, startRegistration } from 'webauthn'

/**
 * Forms marked `data-passkey` (`make` or `use`) are sent in two steps: the house is asked for options, the device for
 * an answer, and that goes to the form's address. HTMX may bring such a form at any time.
 */
document.addEventListener('submit', (event) => {
  const form = event.target
  if (!(form instanceof HTMLFormElement) || form.dataset.passkey === undefined) return
  event.preventDefault()
  void send(form)
})

async function send(form: HTMLFormElement): Promise<void> {
  const button = form.querySelector<HTMLButtonElement>('button[type=submit]')
  if (button?.disabled) return
  const unkept = document.querySelector<HTMLElement>('.account-once:not([data-kept])')
  if (unkept !== null) return warnOnce(form, unkept)
  tell(form, '')
  if (button) button.disabled = true
  try {
    const fields = Object.fromEntries(new FormData(form))
    const { options } = await post(`${form.action}/options`, fields)
    const answer = await askDevice(form, options)
    const { location: next } = await post(form.action, { ...fields, answer })
    // The page is often the same one with another fragment, which would not be loaded anew.
    if (typeof next === 'string') leaveFor(next)
  } catch (error) {
    tell(form, wordsFor(error))
  } finally {
    if (button) button.disabled = false
  }
}

/** A page that is left takes along what it shows once. Whoever copied that by hand presses again. */
function warnOnce(form: HTMLFormElement, unkept: HTMLElement): void {
  unkept.dataset.kept = ''
  tell(form, 'What this page shows once goes with a new passkey. Copy or save it first, then press again.')
}

/** The options are the house's own, made by the library whose other half reads them here. */
const askDevice = (form: HTMLFormElement, options: unknown): Promise<unknown> =>
  form.dataset.passkey === 'make'
    ? startRegistration({ optionsJSON: options as Parameters<typeof startRegistration>[0]['optionsJSON'] })
    : startAuthentication({
        optionsJSON: options as Parameters<typeof startAuthentication>[0]['optionsJSON'],
      })

class Refused extends Error {}

async function post(address: string, body: object): Promise<Readonly<Record<string, unknown>>> {
  const answer = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify(body),
  })
  const said: Readonly<Record<string, unknown>> = await answer.json()
  if (!answer.ok) throw new Refused(typeof said.detail === 'string' ? said.detail : '')
  return said
}

function leaveFor(next: string): void {
  const target = new URL(next, location.href)
  if (target.pathname === location.pathname && target.search === location.search) {
    history.replaceState(null, '', target)
    location.reload()
  } else location.assign(target)
}

/** Browsers say `NotAllowedError` for whatever the person did not want, or took too long for. */
function wordsFor(error: unknown): string {
  if (error instanceof Refused && error.message !== '') return error.message
  const name = error instanceof Error ? error.name : ''
  if (name === 'NotAllowedError' || name === 'AbortError')
    return 'Nothing was done: the device was not asked to the end.'
  if (name === 'InvalidStateError') return 'This device has a passkey for you already.'
  if (!('PublicKeyCredential' in window))
    return 'This browser cannot use passkeys here. They need https, or localhost.'
  return 'That did not work. Please try again.'
}

function tell(form: HTMLFormElement, words: string): void {
  const place = form.querySelector('[data-passkey-problem]')
  if (!place) return
  // A screen reader reads what changes in a place that is shown.
  place.toggleAttribute('hidden', words === '')
  place.textContent = words
}
