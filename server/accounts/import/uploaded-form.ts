import { refused } from './document-values.ts'

/** A form with a file in it, as it was sent. */
export interface UploadedForm {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Its `Content-Type`, which says where in it the parts begin and end. */
  readonly type: string
}

/** The field that has the file. */
export const fileField = 'file'

/**
 * The bytes of the file in a form (`multipart/form-data`).
 *
 * @throws CodedError `request_invalid`, in words for people, where there is none or the form is not whole.
 */
export async function fileIn({ bytes, type }: UploadedForm): Promise<Uint8Array> {
  const form = await parse(bytes, type)
  const file = form.get(fileField)
  // A browser sends a nameless file where none was chosen.
  if (!(file instanceof File) || file.name === '') throw refused('Choose a file first')
  return file.bytes()
}

async function parse(bytes: UploadedForm['bytes'], type: string): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { 'content-type': type } }).formData()
  } catch {
    throw refused('The file did not come whole')
  }
}
