import { AppError } from '#lib/errors/app-error.ts'
import { findCallingKey } from '#services/api-keys/index.ts'
import { getSession, readCookie, SESSION_COOKIE } from '#services/auth/index.ts'
import type { Actor, ServiceContext } from '#services/platform/context.ts'
import { sha256Hex } from '#services/platform/crypto/hash.ts'
import { blockedKey } from '#services/vault-holds/index.ts'
import { callerOfWallet } from './accounts/account-callers.ts'
import { clientAddress } from '#lib/accounts/client-address.ts'
import type { GatewayParts } from './gateway-parts.ts'
import type { AccountCaller, GatewayCaller, VaultCaller } from './schemas.ts'

const BEARER = /^Bearer +(\S+) *$/i
const KEY = /^sk-[A-Za-z0-9_-]{1,200}$/
const TOKEN = /^eyJ[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/

const refused = (): AppError =>
  new AppError('invalid_api_key', 'This API key is not valid, or no longer. Check the key, or make a new one.')

const nobody = (): AppError =>
  new AppError('invalid_api_key', 'Send your API key: "Authorization: Bearer sk-…". Or sign in with your wallet.')

/** What somebody wants to do. A block stops a key's spending, not the look at what it paid for. */
type Purpose = 'spend' | 'read'

/** Who sent a request: by its bearer key or token, else by its session. Throws `invalid_api_key` for nobody. */
export async function authenticateCaller(
  parts: GatewayParts,
  request: Request,
  purpose: Purpose = 'spend',
): Promise<GatewayCaller> {
  const header = request.headers.get('authorization')
  if (header === null) return callerOfSession(parts.system, request)
  const [, bearer = ''] = BEARER.exec(header) ?? []
  if (KEY.test(bearer)) return callerOfKey(parts, bearer, purpose)
  if (TOKEN.test(bearer) && parts.verifyOidcToken) {
    return parts.verifyOidcToken(parts.system, bearer, addressOf(parts.system, request))
  }
  throw refused()
}

async function callerOfKey(
  { system, findAccountKey }: GatewayParts,
  secret: string,
  purpose: Purpose,
): Promise<GatewayCaller> {
  const keyHash = sha256Hex(secret)
  return (await findAccountKey(system, keyHash)) ?? (await callerOfVaultKey(system, { secret, keyHash }, purpose))
}

async function callerOfVaultKey(
  ctx: ServiceContext,
  { secret, keyHash }: Pick<VaultCaller, 'secret' | 'keyHash'>,
  purpose: Purpose,
): Promise<VaultCaller> {
  const key = await findCallingKey(ctx, keyHash)
  if (!key) throw refused()
  // A former owner's key would read what the new one pays for.
  if (key.blocks && (purpose === 'spend' || key.blocks.includes('transferred'))) {
    throw blockedKey(key.blocks, ctx.clock())
  }
  return { kind: 'vault', vaultId: key.vaultId, keyId: key.id, keyHash, secret }
}

async function callerOfSession(ctx: ServiceContext, request: Request): Promise<AccountCaller> {
  const token = readCookie(request, SESSION_COOKIE)
  const session = token ? await getSession(ctx, token) : null
  if (!session) throw nobody()
  return callerOfWallet(ctx, session.address, addressOf(ctx, request))
}

const addressOf = ({ env }: ServiceContext, request: Request): string | null =>
  clientAddress(request, env.trustedProxies)

/** Who a caller is in the rest of the product: by a session its wallet, by a key only what the key pays from. */
export function actorOf(caller: GatewayCaller | null): Actor {
  if (caller === null) return { kind: 'anonymous' }
  if (caller.kind === 'vault') return { kind: 'vault', vaultId: caller.vaultId }
  const { via, wallet, account } = caller
  return via === 'session' && wallet
    ? { kind: 'user', address: wallet }
    : { kind: 'account', accountId: account.id, via }
}
