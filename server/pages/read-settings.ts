import { maxModelNameLength, maxSystemPromptLength } from '../../bus/contract/limits.ts'
import { wellFormed, withoutControls } from '../../bus/contract/text.ts'
import type { ConversationPatch } from '../store/store.ts'
import { fieldOf } from './request-fields.ts'

/**
 * The settings in a form: with `all` every setting but the model (absent or empty ones fall back to the companion's or
 * the model's own), without it those that are there. `problem` is one sentence for the person.
 */
export function readSettings(body: unknown): { patch: ConversationPatch } | { problem: string } {
  const isAll = fieldOf(body, 'all') !== undefined
  const text = (name: string): string | undefined => fieldOf(body, name) ?? (isAll ? '' : undefined)
  const prompt = text('system_prompt')
  const temperature = numberOf(text('temperature'))
  const maxTokens = numberOf(text('max_tokens'))
  const model = fieldOf(body, 'model')
  const problem =
    promptProblem(prompt) ??
    temperatureProblem(temperature) ??
    lengthProblem(maxTokens) ??
    modelProblem(model)
  if (problem !== undefined) return { problem }
  return {
    patch: {
      ...(prompt !== undefined && { systemPrompt: cleaned(prompt) || null }),
      ...(temperature !== undefined && { temperature }),
      ...(maxTokens !== undefined && { maxTokens }),
      ...(model !== undefined && { model: model || null }),
    },
  }
}

const cleaned = (text: string): string => withoutControls(wellFormed(text)).trim()

/** Empty means none; what is no number stays NaN, for the check after it. */
function numberOf(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined
  return text.trim() === '' ? null : Number(text)
}

const promptProblem = (prompt: string | undefined): string | undefined =>
  prompt !== undefined && cleaned(prompt).length > maxSystemPromptLength
    ? `The system prompt has at most ${maxSystemPromptLength.toLocaleString('en')} characters.`
    : undefined

/** The bounds of `GenerationOptions` in the contract. */
const highestTemperature = 2
const mostTokens = 131_072

function temperatureProblem(value: number | null | undefined): string | undefined {
  if (value === null || value === undefined || (value >= 0 && value <= highestTemperature)) return undefined
  return `The temperature lies between 0 and ${highestTemperature}.`
}

function lengthProblem(value: number | null | undefined): string | undefined {
  if (value === null || value === undefined) return undefined
  if (Number.isInteger(value) && value >= 1 && value <= mostTokens) return undefined
  return `The longest answer has between 1 and ${mostTokens.toLocaleString('en')} tokens.`
}

const modelProblem = (model: string | undefined): string | undefined =>
  model !== undefined && (model.length > maxModelNameLength || withoutControls(model) !== model)
    ? 'This is not the name of a model.'
    : undefined
