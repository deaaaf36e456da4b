/** What a variable's text means, or undefined where it means nothing: `config.ts` then names the variable. */
export type ReadValue = (raw: string) => unknown

const millisecondsPer: Readonly<Record<string, number>> = {
  '': 1000,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/** `30`, `30s`, `500ms`, `5m`, `1h` in milliseconds. */
export const readDuration: ReadValue = (raw) => {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|)$/.exec(raw)
  const unit = millisecondsPer[match?.[2] ?? '']
  return match?.[1] === undefined || unit === undefined ? undefined : Math.round(Number(match[1]) * unit)
}

export const readFlag: ReadValue = (raw) => {
  if (/^(true|1|yes|on)$/i.test(raw)) return true
  return /^(false|0|no|off)$/i.test(raw) ? false : undefined
}

export const readWhole: ReadValue = (raw) => (/^\d{1,15}$/.test(raw) ? Number(raw) : undefined)

export const readText: ReadValue = (raw) => raw

export const readList: ReadValue = (raw) =>
  raw
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** An http(s) address without the slash at its end. */
export const readHttpUrl: ReadValue = (raw) => {
  if (!/^https?:\/\//i.test(raw) || !URL.canParse(raw)) return undefined
  return raw.replace(/\/+$/, '')
}

/**
 * Where Ollama listens, in the forms its own OLLAMA_HOST takes: `http://host:port`, `host:port`, `host`, `:port`.
 * Without a scheme the port is 11434; an address that means "every interface" is reached on loopback.
 */
export const readOllamaUrl: ReadValue = (raw) => {
  const hasScheme = raw.includes('://')
  const text = hasScheme ? raw : `http://${raw.startsWith(':') ? `127.0.0.1${raw}` : raw}`
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  if (!hasScheme && !/:\d+(\/|$)/.test(raw)) url.port = '11434'
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  if (url.hostname === '[::]') url.hostname = '[::1]'
  return url.href.replace(/\/+$/, '')
}

/** One or more servers, with or without a scheme. */
export const readNatsUrl: ReadValue = (raw) => (/^[^\s]+$/.test(raw) ? raw : undefined)
