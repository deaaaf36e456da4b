import type { WorkerConfig } from './config.ts'
import type { Speech } from './inference/speech.ts'
import { openaiSpeechToText, openaiTextToSpeech } from './inference/speech-openai.ts'

type SpeechConfig = Pick<
  WorkerConfig,
  | 'speechToTextUrl'
  | 'speechToTextModel'
  | 'speechToTextLanguage'
  | 'speechToTextKey'
  | 'textToSpeechUrl'
  | 'textToSpeechModel'
  | 'textToSpeechVoice'
  | 'textToSpeechFormat'
  | 'textToSpeechKey'
>

/** What the settings name of the two: one server may hear and another one speak, or this worker do neither. */
export function speechOf(config: SpeechConfig): Speech {
  const { speechToTextUrl, textToSpeechUrl } = config
  return {
    hears:
      speechToTextUrl === undefined
        ? undefined
        : openaiSpeechToText({
            baseUrl: speechToTextUrl,
            model: config.speechToTextModel,
            language: config.speechToTextLanguage,
            key: config.speechToTextKey,
          }),
    speaks:
      textToSpeechUrl === undefined
        ? undefined
        : openaiTextToSpeech({
            baseUrl: textToSpeechUrl,
            model: config.textToSpeechModel,
            voice: config.textToSpeechVoice,
            format: config.textToSpeechFormat,
            key: config.textToSpeechKey,
          }),
  }
}
