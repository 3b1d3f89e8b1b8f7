import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServiceContext } from '#services/platform/context.ts'
import { openHome } from '#services/local/home.ts'
import { anyFreePort } from '#services/local/ports.ts'
import { createSupervisor } from '#services/local/supervisor.ts'
import { answers, waitUntilReady } from '#services/local/wait-for.ts'
import { buildWeb, nextCli } from '#services/local/web-build.ts'
import { openChainWorld } from './chain-world.ts'
import { contextOn } from './context.ts'
import { createTestDatabase } from './stack.ts'
import { openStripeGate } from './stripe-gate.ts'

export const STRIPE_SECRET = 'whsec_of_tests'

export interface StripeWeb extends AsyncDisposable {
  readonly url: string
  /** On the web's database. */
  readonly ctx: ServiceContext
  /** Somebody who is known on the chain. */
  readonly address: string
}

/** The dashboard's pages with cards taken, by stripe-mock behind a gate; on a database of their own, without models. */
export async function startStripeWeb(
  accessNodeOf = (own: string): Promise<string> => Promise.resolve(own),
): Promise<StripeWeb> {
  const [world, gate, { url: database }] = await Promise.all([openChainWorld(), openStripeGate(), createTestDatabase()])
  const { deploymentId } = await world.chain.script('get_settings', {})
  const port = String(await anyFreePort())
  const url = `http://127.0.0.1:${port}`
  const opened = await contextOn(database, {
    chain: world.chain,
    deploymentId,
    variables: {
      FLOW_ACCESS_NODE: await accessNodeOf(world.accessNode),
      FLOW_CONTRACT_ADDRESS: world.contractAddress,
      STRIPE_SECRET_KEY: 'sk_test_123',
      STRIPE_PUBLISHABLE_KEY: 'pk_test_123',
      STRIPE_WEBHOOK_SECRET: STRIPE_SECRET,
      STRIPE_API_URL: gate.url,
      APP_URL: url,
    },
  })
  const folder = mkdtempSync(join(tmpdir(), 'flareflow-stripe-web-'))
  const supervisor = createSupervisor(openHome(folder))
  const { PATH = '', HOME = '' } = process.env
  const next = (name: string, args: string[], more: Record<string, string> = {}) => {
    const env = { PATH, HOME, NEXT_TELEMETRY_DISABLED: '1', ...more, NODE_ENV: 'production' as const }
    return supervisor.start({ name, command: process.execPath, args: [nextCli, ...args], env, stage: 1, once: true })
  }
  await buildWeb({ settings: {}, build: async () => void (await next('web-build', ['build']).ended) })
  const web = next('web', ['start', '--hostname', '127.0.0.1', '--port', port], opened.variables)
  const log = supervisor.logOf('web')
  await waitUntilReady({ name: 'web', process: web, log, timeoutMs: 120_000, isReady: () => answers(url) })
  return {
    url,
    ctx: opened.ctx,
    address: world.accounts.customer.address,
    async [Symbol.asyncDispose]() {
      await supervisor.stop()
      await opened[Symbol.asyncDispose]()
      await gate[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
