export interface NatsConfiguration {
  /** Of the loopback address. */
  port: number
  /** What a client has to show: the user part of `nats://TOKEN@127.0.0.1:PORT`. */
  token: string
  /** JetStream's files, in a folder `jetstream` below this one. */
  storeFolder: string
  /** What streams may take on disk, in MiB. Past it JetStream refuses what it can't keep. */
  maxFileMebibytes?: number
}

/** A configuration file that nats-server 2.9 and later take: JetStream, loopback only, no monitoring port. */
export function natsConfiguration(options: NatsConfiguration): string {
  const { port, token, storeFolder, maxFileMebibytes = 4_096 } = options
  return `server_name: "companions"
listen: "127.0.0.1:${port}"
authorization { token: ${JSON.stringify(token)} }
jetstream {
  store_dir: ${JSON.stringify(storeFolder)}
  max_mem: 64MB
  max_file: ${maxFileMebibytes}MB
}
`
}

export function natsUrl({ port, token }: { port: number; token: string }): string {
  return `nats://${token}@127.0.0.1:${port}`
}
