import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'

/** A house whose pages a browser may keep, as `url` says. */
export interface CacheableHouse extends AsyncDisposable {
  readonly url: string
}

/** Passes everything on to the house at `url`, without the header that forbids keeping its pages. */
export async function cacheableHouse(url: string): Promise<CacheableHouse> {
  const { hostname: host, port } = new URL(url)
  const server = http.createServer((request, response) => {
    const { method, url: path, headers } = request
    const passed = http.request({ host, port, method, path, headers }, (answer) => {
      const { 'cache-control': _, ...kept } = answer.headers
      response.writeHead(answer.statusCode ?? 502, kept)
      answer.pipe(response)
    })
    passed.on('error', () => response.destroy())
    request.pipe(passed)
  })
  const open = new Set<net.Socket>()
  server.on('upgrade', ({ method, url: path, rawHeaders }, socket: net.Socket) => {
    const hub = net.connect(Number(port), host)
    const lines = rawHeaders.map((part, index) => (index % 2 === 0 ? `${part}: ` : `${part}\r\n`))
    hub.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
    for (const end of [socket, hub]) open.add(end.on('error', () => end.destroy()))
    socket.pipe(hub).pipe(socket)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: async () => {
      for (const end of open) end.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
