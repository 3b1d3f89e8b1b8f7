import { callbackify } from 'node:util'
import type pg from 'pg'
import type { ServiceContext } from '#services/platform/context.ts'
import { openDatabase } from '#services/platform/db/client.ts'

/** A process that dies at one of its statements: `before` the database gets it, or `after` it was done, unheard. */
export interface CrashPoint {
  readonly at: number
  readonly when: 'before' | 'after'
}

export interface CrashingProcess extends AsyncDisposable {
  readonly ctx: ServiceContext
  /** Whether the point was reached. */
  readonly isDead: () => boolean
}

const died = (): Error => new Error('the process is dead')

/** The context of another process on the same database, which dies at a point: nothing of it reaches anybody then. */
export function crashingProcess(base: ServiceContext, { at, when }: CrashPoint): CrashingProcess {
  const database = openDatabase({ url: base.env.database.url, pool: 2, onConnectionError: () => {} })
  let statements = 0
  let isDead = false
  const kill = (client: pg.PoolClient): never => {
    isDead = true
    // The server sees a connection that broke, and undoes what was not committed.
    const { stream } = (client as pg.PoolClient & { connection: { stream: { destroy(): void } } }).connection
    stream.destroy()
    throw died()
  }
  database.pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...asked: unknown[]) => Promise<unknown>
    const counted = async (...asked: unknown[]): Promise<unknown> => {
      if (isDead) throw died()
      statements += 1
      const isPoint = statements === at
      if (isPoint && when === 'before') return kill(client)
      const answer = await query(...asked)
      return isPoint ? kill(client) : answer
    }
    const withCallback = callbackify(counted) as (...asked: unknown[]) => void
    // The pool asks with a callback, a transaction without.
    const ask = (...asked: unknown[]): unknown =>
      typeof asked.at(-1) === 'function' ? withCallback(...asked) : counted(...asked)
    Object.assign(client, { query: ask })
  })
  return {
    ctx: { ...base, db: database.db },
    isDead: () => isDead,
    async [Symbol.asyncDispose]() {
      await database.close()
    },
  }
}
