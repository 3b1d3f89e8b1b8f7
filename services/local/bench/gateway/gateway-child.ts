// The gateway in a process of its own, as the bench measures it. The arguments: the deployment's id.
import { createAdaptorServer } from '@hono/node-server'
import type { ChainClient } from '#services/clients/flow/index.ts'
import { createLitellmClient } from '#services/clients/litellm/index.ts'
import { createGateway } from '#services/gateway/index.ts'
import { systemClock } from '#services/platform/clock.ts'
import { openDatabase } from '#services/platform/db/client.ts'
import { processEnv } from '#services/platform/env.ts'
import { listen } from '#services/platform/http-server.ts'
import { createLogger } from '#services/platform/logger.ts'

const env = processEnv()
const [deploymentId = ''] = process.argv.slice(2)
const log = createLogger({ level: 'error', name: 'gateway', secrets: [] })
const { db } = openDatabase({ ...env.database, onConnectionError: (err) => log.warn({ err }, 'a connection broke') })
const litellm = createLitellmClient({ url: env.litellm.url, masterKey: env.litellm.masterKey })
// Credits have no chain: whatever asks for it fails loudly.
const chain = Object.freeze({}) as ChainClient
const gateway = createGateway({
  actor: { kind: 'anonymous' },
  db,
  clock: systemClock,
  chain,
  litellm,
  log,
  env,
  deploymentId,
})
const server = createAdaptorServer({ fetch: gateway })
const port = await listen(server, { port: 0, host: '127.0.0.1', taken: 'No port is free.' })
process.send?.({ port })
process.on('message', (asked) => {
  if (asked !== 'memory') return
  globalThis.gc?.()
  process.send?.({ rss: process.memoryUsage().rss })
})
process.on('disconnect', () => process.exit())
