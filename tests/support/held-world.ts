import { setTimeout as sleep } from 'node:timers/promises'
import { eq } from 'drizzle-orm'
import { createGateway } from '#services/gateway/index.ts'
import type { LocalModel } from '#services/local/litellm/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { events, vaultHolds } from '#services/platform/db/schema/index.ts'
import { loadEnv } from '#services/platform/env.ts'
import { createTestContext, TEST_SECRET } from './context.ts'
import { type GatewayServer, serveGateway } from './gateway-server.ts'
import { type Customer, newCustomer } from './llm-calls.ts'
import { type MeteredLitellm, startMeteredLitellm } from './metered-litellm.ts'
import { type OracleServer, startOracleServer } from './oracle-server.ts'
import { tellVaults } from './told-vaults.ts'
import { giveKey } from './usage-events.ts'

/** A vault and who has its key. */
export interface Holder {
  readonly vaultId: bigint
  readonly customer: Customer
}

type Rows<T extends typeof vaultHolds | typeof events> = Promise<T['$inferSelect'][]>

/** A real LiteLLM whose plug-in asks for holds, with a gateway before it and an oracle behind. */
export interface HeldWorld extends AsyncDisposable {
  readonly ctx: ServiceContext
  readonly oracle: OracleServer
  readonly proxy: MeteredLitellm
  readonly gateway: GatewayServer
  /** A vault that can pay as much, with a key of the product's own. */
  newVault(balance: bigint): Promise<Holder>
  holdsOf(holder: Holder): Rows<typeof vaultHolds>
  eventsOf(holder: Holder): Rows<typeof events>
  untilNoneIsHeld(holder: Holder): Promise<void>
}

export async function openHeldWorld(
  models: readonly LocalModel[] = [],
  environment: Readonly<Record<string, string>> = {},
): Promise<HeldWorld> {
  const told = tellVaults()
  const opened = await createTestContext({ chain: told.chain })
  const { ctx } = opened
  const oracle = await startOracleServer(() => ctx)
  const webhook = { url: `${oracle.url}/webhook/usage`, secret: TEST_SECRET }
  const proxy = await startMeteredLitellm(webhook, models, { holds: true, environment })
  const variables = { ...opened.variables, LITELLM_URL: proxy.url, LITELLM_MASTER_KEY: proxy.masterKey }
  const gateway = await serveGateway(createGateway({ ...ctx, litellm: proxy.client, env: loadEnv(variables) }))
  let nextVault = 1n
  const holdsOf = ({ vaultId }: Holder) => ctx.db.select().from(vaultHolds).where(eq(vaultHolds.vaultId, vaultId))
  return {
    ctx,
    oracle,
    proxy,
    gateway,
    holdsOf,
    eventsOf: ({ vaultId }) => ctx.db.select().from(events).where(eq(events.vaultId, vaultId)),
    async newVault(balance) {
      const vaultId = nextVault++
      told.tell(vaultId, balance)
      const metadata = { flareflow_deployment: ctx.deploymentId, flareflow_vault: vaultId.toString() }
      const customer = await newCustomer(proxy.url, proxy.client, metadata)
      await giveKey(ctx, vaultId, customer.hash)
      return { vaultId, customer }
    },
    async untilNoneIsHeld(holder) {
      for (const deadline = Date.now() + 30_000; ;) {
        const open = (await holdsOf(holder)).filter(({ state }) => state === 'held')
        if (open.length === 0) return
        if (Date.now() > deadline) throw new Error(`${open.length} holds are open`)
        await sleep(100)
      }
    },
    async [Symbol.asyncDispose]() {
      await gateway.close()
      await proxy.close()
      await oracle.close()
      await opened[Symbol.asyncDispose]()
    },
  }
}
