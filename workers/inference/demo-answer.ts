import type { Prompt } from './backend.ts'
import { demoScenes, openerScenes } from './demo-scenes.ts'
import { entrance } from './entrance.ts'

/** The demo's whole answer to a prompt: always the same to the same one. */
export function demoAnswer(prompt: Pick<Prompt, 'messages'>): string {
  const sayings = prompt.messages.filter(
    ({ role, content }) => role === 'user' && content !== entrance.content,
  )
  const said = sayings.at(-1)?.content ?? ''
  const turn = sayings.length
  if (turn === 0) return welcome
  const scene = [...demoScenes, ...openerScenes].find((one) => one.wanted.test(said)) ?? turnScene(turn, said)
  const parts = [greeting(turn, said), scene, turn <= 1 ? howToConnect : reminder]
  return parts.map((part) => (typeof part === 'string' ? part : part.text)).join('\n\n')
}

const welcome = [
  'Welcome back! I am the **demo**, so there is no model behind these words: they were written beforehand, for whoever',
  'comes back to a house that greets. What would you like to talk about?',
].join(' ')

/** A title of the demo's own: the first words of what was said, with an ellipsis where more were. */
export function demoTitle(said: string): string {
  const words = said.trim().split(/\s+/)
  if (words.length <= titleWords) return words.join(' ') || 'A look around'
  return `${words
    .slice(0, titleWords)
    .join(' ')
    .replace(/[\p{P}\s]+$/u, '')}…`
}

const titleWords = 7

function greeting(turn: number, said: string): string {
  if (turn > 1) return turnGreetings[turn % turnGreetings.length] ?? turnGreetings[0]
  return [
    'Hello! This is the **demo**: there is no model behind these words.',
    `Your message came the whole way, ${countWords(said)} of it, through the hub and the bus to a worker, and`,
    'this answer streams back the same way. What I say was written beforehand.',
  ].join(' ')
}

const turnGreetings = [
  'Still the **demo**, and still no model behind me. But the way here and back is the real one.',
  'I am the **demo**, so I can’t think about that. I can show you something instead.',
  'Got it, and kept: this conversation is stored like any other. The answer is only the **demo**’s.',
] as const

function countWords(said: string): string {
  const count = said.split(/\s+/).filter((word) => word !== '').length
  return count === 1 ? 'all one word' : `all ${count} words`
}

/** A short question gets a short answer; otherwise each turn shows another scene. */
function turnScene(turn: number, said: string): string {
  if (turn > 1 && said.length < 40)
    return 'Ask for a *list*, a *table*, *code*, *math* or a *quote* and I show one.'
  return demoScenes[(turn - 1) % demoScenes.length]?.text ?? ''
}

const howToConnect = [
  '### Connect a real model',
  '',
  '1. Install [Ollama](https://ollama.com/download).',
  '2. Fetch a model: `ollama pull llama3.2`',
  '3. Ask again. A running Ollama is found by itself, without a restart.',
  '',
  'Ollama on another machine: set `OLLAMA_BASE_URL`. An OpenAI-compatible server: `OPENAI_BASE_URL` and `OPENAI_API_KEY`.',
  '',
  'The model menu, at the top of the page, says of each that is set up whether it was found.',
].join('\n')

const reminder =
  'Start [Ollama](https://ollama.com/download) with a model, and a real companion takes over from here.'
