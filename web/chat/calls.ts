import type { Chat } from './chat.ts'
import { toast } from './toast.ts'

/** Begins a call. What it needs comes with the tap, and its sound is unlocked in the tap itself, as browsers want it. */
export async function beginCall(chat: Chat): Promise<void> {
  const sound = { microphone: new AudioContext(), speech: new AudioContext() }
  const code = await import('../voice/start-call.ts').catch(unlessUnreachable)
  if (code !== undefined) return code.startCall(chat, sound)
  for (const context of Object.values(sound)) void context.close()
  toast('What a call needs could not be loaded. Reload the page and call again.')
}

/** Or has another version by now. Every browser tells that by a TypeError; anything else stays wrong and is to be seen. */
function unlessUnreachable(error: unknown): undefined {
  if (!(error instanceof TypeError)) throw error
}
