import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'redis'

/** A script for Redis: one atomic step. It takes keys and arguments, and answers a list. */
export interface RedisScript {
  readonly text: string
  readonly sha1: string
}

export const redisScript = (text: string): RedisScript => ({
  text,
  sha1: createHash('sha1').update(text, 'utf8').digest('hex'),
})

/** Redis gave no answer in time, or an error; what it did with the call is not known. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway'
}

export interface RedisClient {
  run(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<unknown>
  close(): Promise<void>
}

const ANSWER_MS = 500
const CONNECT_MS = 1_000
const LONGEST_WAIT_MS = 2_000

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const end = new AbortController()
  const late = sleep(ms, undefined, { signal: end.signal, ref: false }).then(() => {
    throw new RedisAway(`no answer within ${ms} ms`)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    end.abort()
    late.catch(() => undefined)
    work.catch(() => undefined)
  }
}

/** Opens a connection, and opens it again whenever it breaks. */
export function openRedis(url: string): RedisClient {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: CONNECT_MS, reconnectStrategy: (tries) => Math.min(LONGEST_WAIT_MS, 50 * 2 ** tries) },
  })
  // Each call is told for itself; an error event that nobody listens to would end the process.
  client.on('error', () => undefined)
  const connected = client.connect().then(
    () => undefined,
    () => undefined,
  )

  async function run({ text, sha1 }: RedisScript, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    if (!client.isReady) await within(CONNECT_MS, connected)
    const given = { keys: [...keys], arguments: [...args] }
    try {
      return await within(ANSWER_MS, client.evalSha(sha1, given))
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return within(ANSWER_MS, client.eval(text, given))
    }
  }

  return {
    async run(script, keys, args) {
      try {
        return await run(script, keys, args)
      } catch (cause) {
        throw cause instanceof RedisAway ? cause : new RedisAway('Redis failed', { cause })
      }
    },
    async close() {
      client.destroy()
    },
  }
}
