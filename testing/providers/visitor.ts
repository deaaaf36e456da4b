import { type IncomingHttpHeaders, request } from 'node:http'

/** What a page answered a visitor. */
export interface Page {
  readonly url: URL
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/**
 * A browser as far as sign-in sees one: a cookie jar for each origin, redirects followed one by one or to their end.
 * `serve` says which server answers for a public origin, as a balancer in front of several hubs would.
 */
export class Visitor {
  readonly #jars = new Map<string, Map<string, string>>()
  readonly #servers = new Map<string, string>()

  serve(publicOrigin: string, serverOrigin: string): void {
    this.#servers.set(publicOrigin, serverOrigin)
  }

  cookies(origin: string): Map<string, string> {
    const jar = this.#jars.get(origin) ?? new Map<string, string>()
    this.#jars.set(origin, jar)
    return jar
  }

  /** All of an origin's, as a `Cookie` header. */
  cookieHeader(origin: string): string {
    return [...this.cookies(origin)].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  /** One request, no redirect followed. */
  async ask(
    address: string | URL,
    more: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<Page> {
    const url = new URL(address)
    const cookie = this.cookieHeader(url.origin)
    const page = await send(url, this.#servers.get(url.origin) ?? url.origin, {
      method: more.method ?? 'GET',
      body: more.body ?? '',
      headers: {
        ...{ accept: 'text/html', host: url.host, connection: 'keep-alive' },
        ...(cookie !== '' && { cookie }),
        ...more.headers,
      },
    })
    for (const line of page.headers['set-cookie'] ?? []) keepCookie(this.cookies(url.origin), line)
    return page
  }

  /** Follows redirects until a page answers, or one would lead to an address that `until` holds for. */
  async follow(address: string | URL, until: (url: URL) => boolean = () => false): Promise<Page> {
    let url = new URL(address)
    for (let hop = 0; hop < 20; hop += 1) {
      const page = await this.ask(url)
      const { location } = page.headers
      if (location === undefined || page.status < 300 || page.status > 399) return page
      url = new URL(location, url)
      if (until(url)) return { ...page, url }
    }
    throw new Error(`More than 20 redirects, the last to ${url.origin}${url.pathname}`)
  }

  /** Sends a form as a page of the same origin does. */
  submit(address: string | URL, fields: Readonly<Record<string, string>> = {}): Promise<Page> {
    return this.ask(address, {
      method: 'POST',
      body: new URLSearchParams(fields).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: new URL(address).origin,
        'sec-fetch-site': 'same-origin',
      },
    })
  }
}

interface Sent {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body: string
}

function send(url: URL, server: string, { method, headers, body }: Sent): Promise<Page> {
  return new Promise((resolve, reject) => {
    const path = `${url.pathname}${url.search}`
    const asked = request(`${server}${path}`, { method, headers, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8')
      answer.on('data', (part) => {
        text += part
      })
      answer.on('end', () =>
        resolve({ url, status: answer.statusCode ?? 0, headers: answer.headers, body: text }),
      )
    })
    asked.on('error', reject).end(body)
  })
}

/** A cookie with an end in the past, or without a value, is taken away. */
function keepCookie(jar: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';')
  const [name = '', value = ''] = pair.split(/=(.*)/s)
  const ends = attributes.some(
    (attribute) =>
      /^\s*max-age=0$/i.test(attribute) ||
      Date.parse(/^\s*expires=(.*)/i.exec(attribute)?.[1] ?? '') < Date.now(),
  )
  if (ends || value === '') jar.delete(name)
  else jar.set(name, value)
}
