import { type Container, openContainer } from '#services/platform/container.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { type Env, processEnv, secretsOf } from '#services/platform/env.ts'
import { createLogger, type Logger } from '#services/platform/logger.ts'
import { createGateway, type Gateway } from '#services/gateway/index.ts'

/** Survives the reloads of `next dev` and is shared by all bundles of the process: one pool, one set of clients. */
interface Slot {
  container?: Promise<Container> | undefined
  log?: Logger
  /** Bound to the container: a new one has another. */
  gateway?: Promise<Gateway> | undefined
}
const SLOT = Symbol.for('flareflow.web')
const holder = globalThis as typeof globalThis & { [SLOT]?: Slot }
const slot = (): Slot => (holder[SLOT] ??= {})

/** The process's context before anybody is known. A start that failed is tried again by the next request. */
export async function baseContext(): Promise<ServiceContext> {
  const here = slot()
  here.container ??= openContainer(processEnv(), { name: 'web' }).catch((cause: unknown) => {
    here.container = undefined
    throw cause
  })
  return (await here.container).contextFor({ kind: 'anonymous' })
}

/** The process's one gateway. */
export function webGateway(): Promise<Gateway> {
  const here = slot()
  here.gateway ??= baseContext()
    .then((base) => createGateway(base))
    .catch((cause: unknown) => {
      here.gateway = undefined
      throw cause
    })
  return here.gateway
}

/** Closes the pool and the clients; the next request opens them anew. */
export async function closeContainer(): Promise<void> {
  const { container, gateway } = slot()
  slot().container = undefined
  slot().gateway = undefined
  await (await gateway)?.close()
  await (await container)?.close()
}

/** The log of requests, which also works when nothing else does. */
export function httpLog(): Logger {
  const here = slot()
  here.log ??= openLog(processEnv())
  return here.log
}

const openLog = (env: Env): Logger => createLogger({ level: env.logLevel, name: 'web', secrets: secretsOf(env) })
