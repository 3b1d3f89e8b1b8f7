import { findAccountKey, noteKeyUse } from '#services/account-keys/index.ts'
import { enterAccount } from '#services/accounts/index.ts'
import { createOidcVerifier } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { createKeptLookups } from '#services/platform/kept-lookups.ts'
import type { AccountCaller, FindAccountKey, VerifyOidcToken } from '../schemas.ts'

/** For so long a key that was found is not looked up again: a revoked one is refused that much later, at most. */
const KEPT_MS = 1_000
const MOST_KEPT = 10_000

type Entered = Awaited<ReturnType<typeof enterAccount>>

const callerOf = ({ id, number, tier, status }: Entered): Pick<AccountCaller, 'kind' | 'account'> => ({
  kind: 'account',
  account: { id, number, tier, status },
})

async function look(ctx: ServiceContext, keyHash: string): Promise<AccountCaller | null> {
  const found = await findAccountKey(ctx, keyHash)
  if (!found) return null
  const { id: keyId, power, models } = found.key
  await noteKeyUse(ctx, keyId)
  return { ...callerOf(found.account), via: 'key', keyId, wallet: null, power, models }
}

/** Finds callers by their keys; what is found is kept for a second: made-up keys would only fill the memory. */
export function createKeyFinder(): FindAccountKey {
  const found = createKeptLookups<AccountCaller | null>({
    keptMs: KEPT_MS,
    most: MOST_KEPT,
    isWorthKeeping: (caller) => caller !== null,
  })
  return (ctx, keyHash) => found.get(keyHash, () => look(ctx, keyHash))
}

/** Finds callers by tokens of the OIDC issuer; null when there is none. The account opens at its first request. */
export function createTokenReader(ctx: ServiceContext): VerifyOidcToken | null {
  if (ctx.env.oidc === null) return null
  const verifier = createOidcVerifier(ctx.env.oidc)
  return async (system, token, networkAddress) => {
    const identity = await verifier.verify(token)
    const account = await enterAccount(system, { ...identity, networkAddress })
    return { ...callerOf(account), via: 'oidc', keyId: null, wallet: null, power: null, models: null }
  }
}

/** The caller behind a wallet's session. */
export async function callerOfWallet(
  system: ServiceContext,
  wallet: string,
  networkAddress: string | null,
): Promise<AccountCaller> {
  const account = await enterAccount(system, { subject: `flow:${wallet}`, networkAddress, verifiedEmail: null })
  return { ...callerOf(account), via: 'session', keyId: null, wallet, power: null, models: null }
}
