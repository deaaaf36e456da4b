import { objectOf } from './conversation.ts'

/** What was asked to be written down, and what was understood. */
export type Heard = {
  model: string
  language: string | undefined
  format: string | undefined
  fileName: string
  /** How long the sound lasts. */
  ms: number
  words: string
}

/** What was asked to be said. */
export type Said = { model: string; input: string; voice: string; format: string | undefined }

type Transcription = Omit<Heard, 'ms' | 'words'> & { file: Uint8Array }

/** Reads the form of `/audio/transcriptions`, or says what is wrong with it. */
export async function readTranscription(
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string | undefined,
): Promise<Transcription | string> {
  const form = await new Response(bytes, { headers: { 'content-type': contentType ?? '' } })
    .formData()
    .catch(() => undefined)
  if (form === undefined) return 'Could not parse multipart form'
  const [file, model] = [form.get('file'), form.get('model')]
  if (!(file instanceof File)) return 'file: Field required'
  if (typeof model !== 'string') return 'model: Field required'
  const text = (name: string): string | undefined => {
    const value = form.get(name)
    return typeof value === 'string' ? value : undefined
  }
  return {
    model,
    language: text('language'),
    format: text('response_format'),
    fileName: file.name,
    file: await file.bytes(),
  }
}

/** Reads the body of `/audio/speech`, or says what is wrong with it. */
export function readSpeechRequest(text: string): Said | string {
  const body = objectOf(text)
  if (body === undefined) return 'JSON decode error'
  const { model, input, voice, response_format: format } = body
  if (typeof model !== 'string') return 'model: Field required'
  if (typeof input !== 'string' || input === '') return 'input: Field required'
  if (typeof voice !== 'string') return 'voice: Field required'
  return { model, input, voice, format: typeof format === 'string' ? format : undefined }
}
