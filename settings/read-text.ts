/** What a variable's text means, or undefined where it means nothing: `read-settings.ts` then names the variable. */
export type ReadText = (text: string) => unknown

const millisecondsPer: Readonly<Record<string, number>> = {
  '': 1000,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** `30`, `30s`, `500ms`, `5m`, `1h`, `7d` in milliseconds. */
export const readDuration: ReadText = (text) => {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|)$/.exec(text)
  const unit = millisecondsPer[match?.[2] ?? '']
  return match?.[1] === undefined || unit === undefined ? undefined : Math.round(Number(match[1]) * unit)
}

export const readFlag: ReadText = (text) => {
  if (/^(true|1|yes|on)$/i.test(text)) return true
  return /^(false|0|no|off)$/i.test(text) ? false : undefined
}

export const readWhole: ReadText = (text) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined)

export const readPlain: ReadText = (text) => text

export const readNames: ReadText = (text) => splitAtCommas(text)

/** An http(s) address without the slash at its end. */
export const readHttpUrl: ReadText = (text) => {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined
  return text.replace(/\/+$/, '')
}

/** Scheme, host and port of a web page, as browsers write them; people write one with a slash at its end. */
export const readOrigin: ReadText = (text) => {
  const url = /^https?:\/\/[^/\s\\?#@]+\/?$/i.test(text) ? URL.parse(text) : null
  return url?.origin
}

export const readOrigins: ReadText = (text) => {
  const origins = splitAtCommas(text).map(readOrigin)
  return origins.includes(undefined) ? undefined : origins
}

/** One or more servers of a bus with commas between them, `nats://`, `tls://` or without a scheme. */
export const readBusUrl: ReadText = (text) => {
  const isAddress = (part: string) => {
    const url = URL.parse(part.includes('://') ? part : `nats://${part}`)
    return url !== null && ['nats:', 'tls:'].includes(url.protocol) && url.hostname !== ''
  }
  return /\s/.test(text.replace(/,\s+/g, ',')) || !splitAtCommas(text).every(isAddress) ? undefined : text
}

/** What stands between commas, without the spaces around it and without what is empty. */
export const splitAtCommas = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
