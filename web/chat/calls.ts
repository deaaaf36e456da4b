import type { Chat } from './chat.ts'
import { toast } from './toast.ts'

/** Begins a call. What it needs comes with the tap, and its sound is unlocked in the tap itself, as browsers want it. */
export async function beginCall(chat: Chat): Promise<void> {
  const sound = { microphone: unlocked(), speech: unlocked() }
  const code = await import('../voice/start-call.ts').catch(unlessUnreachable)
  if (code !== undefined) return code.startCall(chat, sound)
  for (const context of Object.values(sound)) void context.close()
  toast('The call could not be loaded. Reload the page.')
}

/** Safari's begins suspended in a tap, too. */
function unlocked(): AudioContext {
  const context = new AudioContext()
  void context.resume()
  return context
}

/** Or has another version by now. Every browser tells that by a TypeError; anything else stays wrong and is to be seen. */
function unlessUnreachable(error: unknown): undefined {
  if (!(error instanceof TypeError)) throw error
}
