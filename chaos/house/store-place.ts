import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { type PostgresServer, startPostgres } from '../../testing/servers/postgres.ts'
import { type Link, openLink } from '../links/link.ts'
import { mountSmallDisk, type SmallDisk } from './small-disk.ts'

/** Where a round's hubs keep what they store. */
export type StorePlace = SqlitePlace | PostgresPlace

export interface SqlitePlace {
  readonly kind: 'sqlite'
  readonly file: string
  /** A disk of its own that can be filled; undefined where none may be mounted. */
  readonly disk: SmallDisk | undefined
  busy: boolean
  urlFor(link: Link | undefined): string
  close(): Promise<void>
}

export interface PostgresPlace {
  readonly kind: 'postgres'
  readonly server: PostgresServer
  busy: boolean
  /** A hub's own way to it. */
  openLink(): Promise<Link>
  urlFor(link: Link | undefined): string
  close(): Promise<void>
}

export async function openSqlitePlace(folder: string): Promise<SqlitePlace> {
  const place = path.join(folder, 'store')
  await mkdir(place)
  const disk = await mountSmallDisk(place, 24)
  const file = path.join(place, 'companions.db')
  return {
    kind: 'sqlite',
    file,
    disk,
    busy: false,
    urlFor: () => `sqlite:${file}`,
    close: async () => disk?.unmount(),
  }
}

/** One server serves all rounds of a run, each with a database of its own. */
export class PostgresHost {
  #server: Promise<PostgresServer> | undefined

  async openPlace(): Promise<PostgresPlace> {
    this.#server ??= startPostgres()
    const server = await this.#server
    const url = await server.createDatabase()
    return {
      kind: 'postgres',
      server,
      busy: false,
      openLink: () => openLink(server.port),
      urlFor: (link) => (link === undefined ? url : url.replace(`:${server.port}/`, `:${link.port}/`)),
      close: async () => {},
    }
  }

  async stop(): Promise<void> {
    const server = await this.#server
    await server?.stop()
  }
}
