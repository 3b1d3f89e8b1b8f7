// A gateway in a process of its own, so that a test can kill it. It needs no chain: credits have none.
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
const log = createLogger({ level: 'silent', name: 'gateway', secrets: [] })
const { db } = openDatabase({ ...env.database, onConnectionError: (error) => log.debug(error) })
const litellm = createLitellmClient({ url: env.litellm.url, masterKey: env.litellm.masterKey })
const chain = new Proxy({} as ChainClient, {
  get: (_, name) => {
    throw new Error(`This gateway has no chain, but ${String(name)} was used.`)
  },
})
const actor = { kind: 'anonymous' } as const
const gateway = createGateway({ actor, db, clock: systemClock, chain, litellm, log, env, deploymentId })
const server = createAdaptorServer({ fetch: gateway })
const port = await listen(server, { port: 0, host: '127.0.0.1', taken: 'no port is free' })
process.stdout.on('error', () => process.exit())
process.stdout.write(`ready: ${port}\n`)
