export interface NatsConfiguration {
  /** Of the loopback address. */
  port: number
  /** Who may connect, and what they may do: a part of the file as it stands there. */
  authorization: string
  /** JetStream's files, in a folder `jetstream` below this one. */
  storeFolder: string
  /** What streams may take on disk, in MiB. Past it JetStream refuses what it can't keep. */
  maxFileMebibytes?: number
}

/** A configuration file that nats-server 2.9 and later take: JetStream, loopback only, no monitoring port. */
export function natsConfiguration(options: NatsConfiguration): string {
  const { port, authorization, storeFolder, maxFileMebibytes = 4_096 } = options
  return `server_name: "companions"
listen: "127.0.0.1:${port}"
${authorization}
jetstream {
  store_dir: ${JSON.stringify(storeFolder)}
  max_mem: 64MB
  max_file: ${maxFileMebibytes}MB
}
`
}
