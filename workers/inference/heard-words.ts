import { maxMessageLength } from '../../bus/contract/limits.ts'
import { truncate, withoutControls } from '../../bus/contract/text.ts'

/**
 * What was said, in what a model wrote down: one line, without the marks that models set beside words. `[Music]`,
 * `[BLANK_AUDIO]` and times in brackets are nobody's words, for nobody says brackets; `(music)`, `*sighs*` and a lone
 * full stop are none where nothing else stands.
 */
export function heardWords(written: string): string {
  const line = withoutControls(written.toWellFormed())
    .replaceAll(/\[[^\][]*\]/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
  const bare = line.replaceAll(/\([^()]*\)|\*[^*]*\*/g, '')
  return /[\p{L}\p{N}]/u.test(bare) ? truncate(line, maxMessageLength) : ''
}
