import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Usd, usd } from '#lib/money/units.ts'
import { insertSession } from '#services/auth/store.ts'
import { createLitellmClient } from '#services/clients/litellm/index.ts'
import { creditPurchase, getAccount, openAccount } from '#services/credits/index.ts'
import { createGateway, type Gateway } from '#services/gateway/index.ts'
import { GATEWAY_BASE } from '#services/gateway/match-route.ts'
import { writeWidePrices } from '#services/local/bench/gateway/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { hmacHex } from '#services/platform/crypto/hash.ts'
import { randomHex, randomToken } from '#services/platform/crypto/random.ts'
import { type BareUpstream, startBareUpstream } from './bare-upstream.ts'
import { createTestContext } from './context.ts'

/** A customer with credits, calling the gateway as a page of ours does. */
export interface CreditCustomer {
  readonly id: string
  readonly subject: string
  /** Headers of somebody who is signed in. */
  readonly headers: Readonly<Record<string, string>>
  ask(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  chat(more?: object, headers?: Record<string, string>): Promise<Response>
  account(): ReturnType<typeof getAccount>
}

export interface GatewayWorld extends AsyncDisposable {
  readonly ctx: ServiceContext
  readonly variables: Record<string, string>
  readonly upstream: BareUpstream
  gateway: Gateway
  customer(balance: Usd, tier?: 'free' | 'starter'): Promise<CreditCustomer>
}

const ORIGIN = 'http://localhost:3003'
export const GATEWAY = `${ORIGIN}${GATEWAY_BASE}`

/** Signs a wallet in, without its signature. */
export async function sessionOf(ctx: ServiceContext, address: string): Promise<string> {
  const token = randomToken()
  await insertSession(ctx.db, {
    idHash: hmacHex(ctx.env.app.sessionSecret, token),
    deploymentId: ctx.deploymentId,
    network: 'emulator',
    address,
    createdAt: new Date(),
    expiresAt: new Date(Date.now() + 3_600_000),
  })
  return token
}

/** A new account with bought credits, and its owner's session. */
export async function newCreditCustomer(ctx: ServiceContext, gateway: () => Gateway, balance: Usd) {
  const address = `0x${randomHex(8)}`
  const { id, subject } = await openAccount(ctx, { subject: `flow:${address}` })
  if (balance > 0n) {
    await creditPurchase(ctx, { paymentId: randomHex(8), accountId: id, from: 'stripe', amount: balance, facts: {} })
  }
  const headers = {
    cookie: `flareflow_session=${await sessionOf(ctx, address)}`,
    origin: ORIGIN,
    'content-type': 'application/json',
  }
  const ask = (path: string, body: unknown, more: Record<string, string> = {}): Promise<Response> =>
    gateway()(
      new Request(`${GATEWAY}${path}`, {
        method: 'POST',
        headers: { ...headers, ...more },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    )
  const messages = [{ role: 'user', content: 'How are you' }]
  const customer: CreditCustomer = {
    id,
    subject,
    headers,
    ask,
    chat: (more = {}, own = {}) => ask('/chat/completions', { model: 'priced', messages, ...more }, own),
    account: () => getAccount(ctx, { subject }),
  }
  return customer
}

/** The usual prices, with limits that nobody reaches: a test asks for more than a customer may. */
export function widePrices(): string {
  const folder = mkdtempSync(join(tmpdir(), 'flareflow-prices-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return writeWidePrices(folder)
}

/** A gateway on a database of its own, in front of a stand-in that answers what a test decides. */
export async function openGatewayWorld(variables: Record<string, string> = {}): Promise<GatewayWorld> {
  const upstream = await startBareUpstream()
  const masterKey = 'sk-test-master-key-1234567890'
  const litellm = createLitellmClient({ url: upstream.url, masterKey })
  const opened = await createTestContext({
    litellm,
    variables: { LITELLM_URL: upstream.url, CREDIT_PRICES_FILE: widePrices(), ...variables },
  })
  const world: GatewayWorld = {
    ctx: opened.ctx,
    variables: opened.variables,
    upstream,
    gateway: createGateway(opened.ctx),
    async customer(balance, tier = 'free') {
      const customer = await newCreditCustomer(opened.ctx, () => world.gateway, balance)
      if (tier !== 'free')
        await opened.ctx.db.execute(`update credit_accounts set tier = '${tier}' where id = '${customer.id}'`)
      return customer
    },
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await upstream.close()
    },
  }
  return world
}

export const cents = (count: number): Usd => usd(BigInt(count) * 1_000_000n)

/** The data of a stream's events. */
export const eventsOf = (text: string): string[] =>
  text.split('\n\n').flatMap((event) => /^data: (.*)$/m.exec(event)?.[1] ?? [])
