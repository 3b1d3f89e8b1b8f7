import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { createAdaptorServer } from '@hono/node-server'
import { AppError } from '#lib/errors/app-error.ts'

type Server = ReturnType<typeof createAdaptorServer>

const CLOSE_MS = 2_000

export const within = (ms: number, work: Promise<unknown>): Promise<unknown> =>
  Promise.race([work, sleep(ms, undefined, { ref: false })])

/** Listens, and tells the port. Throws `config_invalid` with `taken` when somebody else has it. */
export async function listen(
  server: Server,
  { port, host, taken }: { port: number; host: string; taken: string },
): Promise<number> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw new AppError('config_invalid', taken, { cause })
  }
  const address = server.address()
  return address && typeof address === 'object' ? address.port : port
}

/** Ends connections: idle ones at once, the others after a moment. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  if ('closeIdleConnections' in server) server.closeIdleConnections()
  await within(CLOSE_MS, closed)
  if ('closeAllConnections' in server) server.closeAllConnections()
}

const START_PATIENCE_MS = 60_000
const RETRY_MS = 1_000

/** A part that is still starting is waited for; a wrong configuration is not. */
export async function openPatiently<T>(open: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + START_PATIENCE_MS
  for (;;) {
    try {
      return await open()
    } catch (error) {
      const mayPass = !(error instanceof AppError) || error.retryable
      if (!mayPass || performance.now() > deadline) throw error
      await sleep(RETRY_MS)
    }
  }
}
