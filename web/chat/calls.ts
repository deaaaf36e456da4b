import type { Chat } from './chat.ts'
import { toast } from './toast.ts'

/** Begins a call. What it needs comes with the tap, and its sound is unlocked in the tap itself, as browsers want it. */
export async function beginCall(chat: Chat): Promise<void> {
  const sound = { microphone: new AudioContext(), speech: new AudioContext() }
  const code = await import('../voice/start-call.ts').catch(unlessUnreachable)
  if (code !== undefined) return code.startCall(chat, sound)
  for (const context of Object.values(sound)) void context.close()
  toast('The server cannot be reached just now.')
}

/** Which every browser tells by a TypeError; anything else stays wrong and is to be seen. */
function unlessUnreachable(error: unknown): undefined {
  if (!(error instanceof TypeError)) throw error
}
