import type { CreditTier, Power } from '#lib/credits/price-list.ts'
import type { ServiceContext } from '#services/platform/context.ts'

/** The credit account that pays for a request. */
interface PayingAccount {
  readonly id: string
  /** Its usage is metered under this number, negated. */
  readonly number: bigint
  readonly tier: CreditTier
  readonly status: 'open' | 'frozen'
}

/** Somebody of a credit account: with one of its keys, signed in with a wallet, or with a token of the OIDC issuer. */
export interface AccountCaller {
  readonly kind: 'account'
  readonly account: PayingAccount
  readonly via: 'key' | 'session' | 'oidc'
  readonly keyId: string | null
  /** Flow address, if the account is a wallet's. */
  readonly wallet: string | null
  /** What the key asks for by itself; null: the request decides. */
  readonly power: Power | null
  /** Models that the key may use; null: all of the tier's. */
  readonly models: readonly string[] | null
}

/** Somebody with the key of a vault. */
export interface VaultCaller {
  readonly kind: 'vault'
  readonly vaultId: bigint
  readonly keyId: string
  readonly keyHash: string
  /** Goes to LiteLLM as it is, and nowhere else. */
  readonly secret: string
}

export type GatewayCaller = AccountCaller | VaultCaller

/** A credit account's key, found by its hash; null when there is none that may be used. */
export type FindAccountKey = (ctx: ServiceContext, keyHash: string) => Promise<AccountCaller | null>

/** The account of a token's subject; throws `token_invalid` when the token isn't one of the issuer's. */
export type VerifyOidcToken = (
  ctx: ServiceContext,
  token: string,
  networkAddress: string | null,
) => Promise<AccountCaller>

/** Who may call a route. `account`: of a credit account, however they came. `session`: signed in, not with a key. */
export type GatewayAuth = 'public' | 'caller' | 'account' | 'session' | 'admin'

export type CallerFor<A extends GatewayAuth> = A extends 'public'
  ? null
  : A extends 'caller'
    ? GatewayCaller
    : AccountCaller
