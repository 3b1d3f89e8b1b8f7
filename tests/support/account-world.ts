import { createAccountKey, newAccountKey } from '#services/account-keys/index.ts'
import { createLitellmClient } from '#services/clients/litellm/index.ts'
import { creditPurchase, findAccount, openAccount } from '#services/credits/index.ts'
import { createGateway, type Gateway } from '#services/gateway/index.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { sha256Hex } from '#services/platform/crypto/hash.ts'
import { randomHex } from '#services/platform/crypto/random.ts'
import { apiKeys } from '#services/platform/db/schema/index.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import { createTestContext, type TestContext } from './context.ts'
import { GATEWAY, sessionOf } from './gateway-world.ts'
import { AUDIENCE, type OidcIssuer, startOidcIssuer } from './oidc-issuer.ts'

export const CALLERS = ['nobody', 'vault', 'key', 'oidc', 'session', 'admin'] as const
type CallerName = (typeof CALLERS)[number]

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown> & { error?: Record<string, unknown> }
}

interface Ask {
  readonly method?: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface AccountWorld extends AsyncDisposable {
  readonly ctx: ServiceContext
  readonly opened: TestContext
  readonly issuer: OidcIssuer
  readonly gateway: Gateway
  ask(headers: Readonly<Record<string, string>>, path: string, more?: Ask): Promise<Answer>
  /** Headers of a wallet that is signed in, with so many USD. */
  wallet(usd?: string): Promise<{ id: string; address: string; headers: Record<string, string> }>
  /** Headers of somebody with a key of the account. */
  keyOf(accountId: string): Promise<Record<string, string>>
  /** Each kind of caller. Key, session and token are of accounts of their own. */
  callers(): Promise<Record<CallerName, Record<string, string>>>
}

const ORIGIN = 'http://localhost:3003'

/** Who is admin, the test decides; on the real chain the HTTP tests ask it. */
const chainWith = (admins: ReadonlySet<string>): ServiceContext['chain'] =>
  ({
    script: async (_name: string, { address }: { address: string }) => ({
      admin: admins.has(address),
      oracle: false,
      provider: false,
    }),
  }) as Partial<ServiceContext['chain']> as ServiceContext['chain']

async function vaultKey(ctx: ServiceContext): Promise<Record<string, string>> {
  const secret = `sk-${randomHex(16)}`
  const row = { id: randomHex(8), deploymentId: ctx.deploymentId, vaultId: BigInt(`0x${randomHex(4)}`) }
  const key = {
    keyHash: sha256Hex(secret),
    masked: 'sk-…',
    alias: row.id,
    status: 'active',
    createdBy: '0x01',
  } as const
  await ctx.db.insert(apiKeys).values({ ...row, ...key })
  return { authorization: `Bearer ${secret}` }
}

/** A gateway with an identity provider, accounts of all kinds, and no models behind it. */
export async function openAccountWorld(variables: Record<string, string> = {}): Promise<AccountWorld> {
  const issuer = await startOidcIssuer()
  const admins = new Set<string>()
  const opened = await createTestContext({
    chain: chainWith(admins),
    // Nobody listens there.
    litellm: createLitellmClient({ url: 'http://127.0.0.1:1', masterKey: 'sk-test-master-key-1234567890' }),
    variables: { OIDC_ISSUER: issuer.issuer, OIDC_AUDIENCE: AUDIENCE, LOG_LEVEL: 'silent', ...variables },
  })
  const { ctx } = opened
  const gateway = createGateway(ctx)
  const world: AccountWorld = {
    ctx,
    opened,
    issuer,
    gateway,
    async ask(headers, path, { method = 'GET', body, headers: more } = {}) {
      const init = {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...more },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }
      const response = await gateway(new Request(`${GATEWAY}${path}`, init))
      const answer = (await response.json()) as Answer['body']
      return { status: response.status, headers: response.headers, body: answer }
    },
    async wallet(usd = '0') {
      const address = `0x${randomHex(8)}`
      const { id } = await openAccount(ctx, { subject: `flow:${address}` })
      const amount = parseUsd(usd)
      if (amount > 0n) {
        await creditPurchase(ctx, { paymentId: randomHex(8), accountId: id, from: 'stripe', amount, facts: {} })
      }
      const headers = { cookie: `flareflow_session=${await sessionOf(ctx, address)}`, origin: ORIGIN }
      return { id, address, headers }
    },
    async keyOf(accountId) {
      const holder = withActor(ctx, { kind: 'account', accountId, via: 'session' })
      const { secret } = await createAccountKey(holder, {
        ...newAccountKey.parse({ name: 'k' }),
        requestKey: randomHex(8),
      })
      return { authorization: `Bearer ${secret}` }
    },
    async callers() {
      const [session, admin] = [await world.wallet('5'), await world.wallet('5')]
      admins.add(admin.address)
      const [key] = issuer.keys
      if (!key) throw new Error('The issuer has a key.')
      const token = await issuer.sign(key, { sub: randomHex(8) })
      return {
        nobody: {},
        vault: await vaultKey(ctx),
        key: await world.keyOf(session.id),
        oidc: { authorization: `Bearer ${token}` },
        session: session.headers,
        admin: admin.headers,
      }
    },
    async [Symbol.asyncDispose]() {
      await opened[Symbol.asyncDispose]()
      await issuer[Symbol.asyncDispose]()
    },
  }
  return world
}

/** The account of somebody with a token. */
export const accountOfToken = (world: AccountWorld, sub: string) =>
  findAccount(world.ctx, { subject: `oidc:${world.issuer.issuer}|${sub}` })
