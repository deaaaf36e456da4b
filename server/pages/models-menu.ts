import type { BackendInfo, ModelInfo, ModelsAnswer } from '../../bus/contract/models.ts'
import type { User } from '../store/store.ts'
import type { Html } from './html.ts'
import { attributes, html } from './html.ts'
import { icon } from './icons.ts'

/** What the choice shows: the models there are (undefined while nobody has answered) and the one that is chosen. */
export interface ModelChoice {
  readonly models: ModelsAnswer | undefined
  /** '' takes whatever the default is. */
  readonly selected: string
  readonly conversationId: string
}

/** Who can add a model: admins, and guests, who sit at the machine itself. */
const mayAdd = ({ kind, role }: User): boolean => kind === 'guest' || role === 'admin'

/** The button in the top bar, its menu, and the hidden field that the composer reads. */
export const modelChoice = (choice: ModelChoice, user: User): Html =>
  html`<div class="model-choice" x-data="modelChoice" data-settings-url="/c/${choice.conversationId}/settings">
<button type="button" id="model" class="btn btn-ghost btn-sm model-button" popovertarget="model-menu" aria-haspopup="menu"><span class="sr-only">Model: </span><span id="model-name" class="model-name">${buttonLabel(choice)}</span>${icon('down', 'small')}</button>
<input type="hidden" id="model-id" name="model" value="${choice.selected}">
<div id="model-menu" class="menu-card model-menu" popover hx-get="/fragments/models" hx-include="#model-id" hx-trigger="toggle, every 30s" hx-target="#model-list" hx-swap="innerMorph" hx-status:4xx="swap:none" hx-status:5xx="swap:none"><div id="model-list">${modelList(choice, user)}</div></div>
</div>`

/** The menu anew, and along with it the button's words and the welcome's advice: a model may have come or gone. */
export const modelsAnew = (models: ModelsAnswer | undefined, selected: string, user: User): Html =>
  html`${modelList({ models, selected }, user)}<span id="model-name" hx-swap-oob="innerHTML">${buttonLabel({ models, selected })}</span><div id="model-advice" hx-swap-oob="innerHTML">${adviceThatLooks(models, user)}</div>`

/** The advice where it stands open: it looks often, so that a model which was just installed is there at once. */
export function adviceThatLooks(models: ModelsAnswer | undefined, user: User): Html | null {
  const advice = noModelAdvice(models, user)
  return (
    advice &&
    html`<div hx-get="/fragments/models" hx-include="#model-id" hx-trigger="every 10s" hx-target="#model-list" hx-swap="innerMorph" hx-status:4xx="swap:none" hx-status:5xx="swap:none">${advice}</div>`
  )
}

function buttonLabel({ models, selected }: Pick<ModelChoice, 'models' | 'selected'>): string {
  const id = selected === '' ? models?.default_model : selected
  if (id !== undefined) return modelLabel(id, models)
  return models !== undefined && models.backends.length > 0 ? 'No model yet' : 'Default model'
}

/** What answers without a model is never called one. */
function modelLabel(id: string, models: ModelsAnswer | undefined): string {
  const model = models?.models.find((one) => one.id === id)
  return model && models && isDemo(model, models) ? 'Demo engine' : id
}

/** The inside of the menu: the default, then every backend with what it has, then what to do where that is little. */
const modelList = ({ models, selected }: Pick<ModelChoice, 'models' | 'selected'>, user: User): Html =>
  html`<div role="menu" aria-label="Model">${item({ id: '', label: 'Default', note: models?.default_model === undefined ? 'whichever answers' : modelLabel(models.default_model, models), selected })}
${models?.backends.map((backend) => backendGroup(backend, { models, selected }, user))}
${selected !== '' && !models?.models.some(({ id }) => id === selected) && missing(selected)}</div>
${noModelAdvice(models, user)}`

function backendGroup(
  backend: BackendInfo,
  { models: answer, selected }: { models: ModelsAnswer; selected: string },
  user: User,
): Html {
  const models = answer.models.filter((model) => model.backend === backend.name)
  const note = isInAdvice(backend, answer) ? notReachable : backendNote(backend, models.length, user)
  return html`<div role="group" aria-label="${backendLabel(backend)}"><p class="menu-heading" role="presentation">${backendLabel(backend)}</p>${note !== '' && html`<p class="menu-note" role="presentation">${note}</p>`}${models.map((model) => item({ id: model.id, label: modelLabel(model.id, answer), note: sizeOf(model), selected }))}</div>`
}

const backendLabel = ({ kind, name }: BackendInfo): string =>
  kind === 'demo' ? 'Without a model' : (backendNames[name] ?? name)

/** As their makers write them; a backend of another name is called by that. */
const backendNames: Readonly<Record<string, string>> = {
  ollama: 'Ollama',
  openai: 'OpenAI-compatible server',
  'ray-serve': 'Ray Serve',
}

/** Where a backend is looked for is told to nobody who could not set that: it is an address in the house's own network. */
function backendNote(backend: BackendInfo, modelCount: number, user: User): string {
  if (backend.kind === 'demo') return 'Prepared answers, to try the house out.'
  if (backend.status === 'down') return (mayAdd(user) ? backend.detail : undefined) ?? notReachable
  return modelCount === 0 ? 'Reachable, but it has no model yet.' : ''
}

const notReachable = 'Not reachable at the moment.'

/** What keeps a server from answering is said once: where there is no model, that is below, or in the welcome. */
const isInAdvice = (backend: BackendInfo, answer: ModelsAnswer): boolean =>
  backend.status === 'down' &&
  hasNoModel(answer) &&
  (backend.kind === 'openai' || !answer.backends.some(({ kind }) => kind === 'openai'))

const sizeOf = ({ size_bytes: bytes }: ModelInfo): string => {
  if (bytes === undefined || bytes <= 0) return ''
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / 1e6))} MB`
}

interface Item {
  readonly id: string
  readonly label: string
  readonly note: string
  readonly selected: string
}

const item = ({ id, label, note, selected }: Item): Html =>
  html`<button type="button" role="menuitemradio" class="menu-item" tabindex="-1" data-model-id="${id}" data-model-label="${id === '' ? note : label}" aria-checked="${String(id === selected)}"><span class="menu-check">${icon('check', 'small')}</span><span class="menu-label">${label}</span><span class="menu-side">${note}</span></button>`

const missing = (selected: string): Html =>
  html`<div role="group" aria-label="Not installed any more">${item({ id: selected, label: selected, note: 'not here', selected })}</div>`

/** What keeps the companion from answering, where nothing but the demo engine (or nothing at all) does; else nothing. */
function noModelAdvice(models: ModelsAnswer | undefined, user: User): Html | null {
  if (models === undefined || !hasNoModel(models)) return null
  const advice = models.backends.length === 0 ? noWorker(user) : noModel(models, user)
  return html`<div class="advice" ${attributes({ role: 'note' })}><p>${advice}</p></div>`
}

const hasNoModel = (answer: ModelsAnswer): boolean => answer.models.every((model) => isDemo(model, answer))

const noWorker = (user: User): Html =>
  html`<strong>No worker answers at the moment.</strong> What you say is kept, and answered as soon as one does.${mayAdd(user) && html` <code>npm start</code> starts one beside the hub, and its log says what keeps it; by itself it is <code>node workers/main.ts</code>.`}`

function noModel({ models, backends }: ModelsAnswer, user: User): Html {
  const meanwhile = models.length > 0 ? ' Until there is, a demo engine gives prepared answers.' : ''
  const how = mayAdd(user) ? howToAdd(backends, user) : 'The owner of this house can add one.'
  return html`<strong>There is no model here yet.</strong>${meanwhile} ${how}`
}

/** Of servers that somebody set up, what is wrong with each; Ollama where it is the only one. */
function howToAdd(backends: readonly BackendInfo[], user: User): Html {
  const ollama = backends.find(({ kind }) => kind === 'ollama')
  const others = backends.filter(({ kind }) => kind === 'openai')
  const pull = html`Give Ollama one: <code>ollama pull llama3.2</code>. It appears here by itself.`
  if (others.length > 0)
    return html`${others.map((one) => html`${backendTrouble(one, user)} `)}${ollama?.status === 'up' ? pull : 'It is used as soon as a model answers there, without a restart.'}`
  if (ollama?.status === 'up') return pull
  return html`${ollama?.detail !== undefined && html`${settingsAsCode(ollama.detail)} `}Install <a href="https://ollama.com/download" target="_blank" rel="noopener noreferrer">Ollama</a> and run <code>ollama pull llama3.2</code>: it is found without a restart. For another server, start with <code>OLLAMA_BASE_URL</code> or <code>OPENAI_BASE_URL</code> set.`
}

const backendTrouble = (backend: BackendInfo, user: User): Html =>
  backend.status === 'up'
    ? html`${backendLabel(backend)}: reachable, but it has no model.`
    : html`${backendLabel(backend)}: ${settingsAsCode(backendNote(backend, 0, user))}`

/** A worker's words, with the names of settings in them set as everywhere else. */
const settingsAsCode = (text: string): Html =>
  html`${text.split(/\b([A-Z]+(?:_[A-Z]+)+)\b/).map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`

const isDemo = (model: ModelInfo, { backends }: ModelsAnswer): boolean =>
  backends.some(({ name, kind }) => kind === 'demo' && name === model.backend)
