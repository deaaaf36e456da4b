/** Writes down what is said. Every failure is a CodedError with a code that a model backend has as well. */
export interface SpeechToText {
  readonly place: SpeechPlace
  /**
   * The words in a piece of sound; empty where there are none. Aborting `signal` lets go of the backend at once and
   * rejects with its reason.
   *
   * @param audio - PCM: 16 bits, little-endian, mono, `voiceSampleRateHz` a second.
   */
  transcribe(audio: Uint8Array, signal: AbortSignal): Promise<string>
}

/** Says what is written; as above. */
export interface TextToSpeech {
  readonly place: SpeechPlace
  /** The sound of a text: a whole file of a kind that browsers decode, of at most `maxSpeechBytes`. */
  say(text: string, signal: AbortSignal): Promise<Uint8Array>
}

/** What a worker has of the two. */
export interface Speech {
  readonly hears?: SpeechToText | undefined
  readonly speaks?: TextToSpeech | undefined
}

/** Where it is looked for, without a password, and the variable that says so. */
export interface SpeechPlace {
  readonly backend: string
  readonly address: string
  readonly variable: string
}
