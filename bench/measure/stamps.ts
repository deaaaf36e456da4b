const at = '@'.charCodeAt(0)
const zero = '0'.charCodeAt(0)

/** Calls `onStamp` with the time in each token of a text of ` t12@<microseconds since 1970>`. */
export function readStamps(text: string, onStamp: (sentUs: number) => void): void {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) !== at) continue
    let sentUs = 0
    for (index += 1; index < text.length; index += 1) {
      const digit = text.charCodeAt(index) - zero
      if (digit < 0 || digit > 9) break
      sentUs = sentUs * 10 + digit
    }
    onStamp(sentUs)
  }
}
