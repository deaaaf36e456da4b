import { composer } from './composer.ts'
import type { ListFacts } from './conversation-list.ts'
import type { Html } from './html.ts'
import { attributes, html } from './html.ts'
import { icon } from './icons.ts'
import { page } from './layout.ts'
import type { ModelChoice } from './models-menu.ts'
import { topBar } from './top-bar.ts'
import type { View } from './view.ts'
import { welcome } from './welcome.ts'

export interface ChatFacts {
  /** A fresh id where the conversation is new. */
  readonly conversationId: string
  readonly isNew: boolean
  readonly title: string
  readonly leafId: string | null
  /** What stands in the thread; undefined where nothing was said yet. */
  readonly thread: Html | undefined
  readonly choice: ModelChoice
  /** Whether this person can call the companion now. */
  readonly canCall: boolean
}

export const chatPage = (view: View, facts: ChatFacts, list: ListFacts): Html =>
  page(view, { title: chatTitle(facts), list, main: chatMain(view, facts) })

/** What a link of the list needs of a page: the room itself and what the window is then called. */
export const chatFragment = (view: View, facts: ChatFacts): Html =>
  html`<title>${chatTitle(facts)}</title>${chatMain(view, facts)}`

const chatTitle = ({ title }: ChatFacts): string => (title === '' ? 'Companions' : `${title} · Companions`)

const chatMain = (view: View, facts: ChatFacts): Html =>
  html`<main id="chat" class="room" tabindex="-1" hx-history-elt data-room="chat" data-connection="returning" ${attributes(
    {
      'data-conversation-id': facts.conversationId,
      'data-new': String(facts.isNew),
      'data-leaf-id': facts.leafId ?? '',
      'data-calls': String(facts.canCall),
    },
  )}>
${topBar(view, facts.choice)}
<section id="scroller" class="scroller" aria-label="Conversation" tabindex="0">
<div id="thread" class="thread" role="log" aria-live="off" aria-label="${facts.title === '' ? 'New conversation' : facts.title}">${facts.thread ?? welcome(view, facts.choice.models)}</div>
<div class="to-end-place"><button type="button" id="to-end" class="btn btn-sm to-end" hidden>${icon('newest', 'small')}Newest</button></div>
</section>
<div id="announcer" class="sr-only" aria-live="polite"></div>
${composer(view.companion.name)}
</main>`
