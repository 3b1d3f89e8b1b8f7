import { once } from 'node:events'
import { callbackify } from 'node:util'
import type pg from 'pg'
import { AppError } from '#lib/errors/app-error.ts'
import type { ChainClient } from '#services/clients/flow/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { openDatabase } from '#services/platform/db/client.ts'

/**
 * A process comes to grief at one of its steps: it dies `before` the other side gets it, or `after` it was done,
 * unheard; or it lives, but the step's answer is lost on its way (`unanswered`), with the connection that it was on.
 */
export interface CrashPoint {
  readonly at: number
  readonly when: 'before' | 'after' | 'unanswered'
}

export interface CrashingProcess extends AsyncDisposable {
  readonly ctx: ServiceContext
  /** What the process has asked for, in this order; the point is among it once it was reached. */
  readonly steps: readonly string[]
  /** Whether the point was reached. */
  readonly isReached: () => boolean
}

interface CrashOptions {
  /** Whether calls of the chain are steps too, or statements alone. */
  readonly chainCounts?: boolean
  /** With one connection the same work takes the same steps in the same order. */
  readonly connections?: number
}

const died = (): Error => new Error('the process is dead')

/** Takes steps until the point; nothing of the process reaches anybody once it is dead. */
class Steps {
  readonly taken: string[] = []
  isReached = false
  readonly clients = new Set<pg.PoolClient>()
  private isDead = false
  private readonly point: CrashPoint

  constructor(point: CrashPoint) {
    this.point = point
  }

  /** `lose` says how an answer that is lost looks to a process that lives. */
  async take<T>(name: string, act: () => Promise<T>, lose: () => Promise<Error>): Promise<T> {
    if (this.isDead) throw died()
    const { at, when } = this.point
    this.taken.push(name)
    if (this.taken.length !== at) return act()
    this.isReached = true
    if (when === 'before') throw this.die()
    // Whatever the answer is, nobody hears it.
    await Promise.allSettled([act()])
    throw when === 'after' ? this.die() : await lose()
  }

  private die(): Error {
    this.isDead = true
    for (const client of this.clients) breakOff(client)
    return died()
  }
}

/** The server sees a connection that broke, and undoes what was not committed. */
function breakOff(client: pg.PoolClient): void {
  const { stream } = (client as pg.PoolClient & { connection: { stream: { destroy(): void } } }).connection
  stream.destroy()
}

/** The context of another process on the same database, which comes to grief at a point. */
export function crashingProcess(
  base: ServiceContext,
  point: CrashPoint,
  { chainCounts = false, connections = 2 }: CrashOptions = {},
): CrashingProcess {
  const { url } = base.env.database
  const database = openDatabase({ url, pool: connections, onConnectionError: () => {} })
  const steps = new Steps(point)
  database.pool.on('connect', (client) => countStatements(client, steps))
  return {
    ctx: { ...base, db: database.db, chain: chainCounts ? countCalls(base.chain, steps) : base.chain },
    steps: steps.taken,
    isReached: () => steps.isReached,
    async [Symbol.asyncDispose]() {
      await database.close()
    },
  }
}

function countStatements(client: pg.PoolClient, steps: Steps): void {
  steps.clients.add(client)
  const query = client.query.bind(client) as (...asked: unknown[]) => Promise<unknown>
  const lose = async (): Promise<Error> => {
    const ended = once(client, 'end')
    breakOff(client)
    await ended
    return new Error('Connection terminated unexpectedly')
  }
  const counted = (...asked: unknown[]): Promise<unknown> =>
    steps.take(`sql ${beginningOf(asked[0])}`, () => query(...asked), lose)
  const withCallback = callbackify(counted) as (...asked: unknown[]) => void
  // The pool asks with a callback, a transaction without.
  const ask = (...asked: unknown[]): unknown =>
    typeof asked.at(-1) === 'function' ? withCallback(...asked) : counted(...asked)
  Object.assign(client, { query: ask })
}

/** The first words of a statement. */
function beginningOf(asked: unknown): string {
  const text = typeof asked === 'string' ? asked : (asked as pg.QueryConfig).text
  return text.trim().split(/\s+/).slice(0, 3).join(' ')
}

/** To a process that lives the chain looks as it does when a wire breaks. */
const unreachable = async (): Promise<Error> =>
  new AppError('chain_unreachable', 'The Flow network did not answer.', { details: { outcome: 'unknown' } })

/** The same chain, as a client of the process's own. */
function countCalls(chain: ChainClient, steps: Steps): ChainClient {
  const take = <T>(name: string, act: () => Promise<T>): Promise<T> => steps.take(`chain ${name}`, act, unreachable)
  return {
    ...chain,
    script: (name, ...more) => take(`script ${name}`, () => chain.script(name, ...more)),
    prepare: async (name, ...more) => {
      const prepared = await take(`prepare ${name}`, () => chain.prepare(name, ...more))
      return { ...prepared, send: () => take(`send ${name}`, () => prepared.send()) }
    },
    send: (name, ...more) => take(`send ${name}`, () => chain.send(name, ...more)),
    status: (...asked) => take('status', () => chain.status(...asked)),
    events: (type, ...range) => take(`events ${type}`, () => chain.events(type, ...range)),
    latestBlock: () => take('latest block', () => chain.latestBlock()),
    account: (address) => take('account', () => chain.account(address)),
  }
}
