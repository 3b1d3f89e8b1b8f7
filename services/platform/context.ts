import type { ChainClient } from '#services/clients/flow/index.ts'
import type { LitellmClient } from '#services/clients/litellm/index.ts'
import type { Clock } from './clock.ts'
import type { Db } from './db/client.ts'
import type { Env } from './env.ts'
import type { Logger } from './logger.ts'

/** Who asks for something. */
export type Actor =
  | { readonly kind: 'user'; readonly address: string }
  /** Somebody who asks for a credit account: its holder, or whoever has one of its keys. */
  | { readonly kind: 'account'; readonly accountId: string; readonly via: 'key' | 'session' | 'oidc' }
  /** Somebody who has a subscription's key. */
  | { readonly kind: 'vault'; readonly vaultId: bigint }
  | { readonly kind: 'system'; readonly job: string }
  | { readonly kind: 'webhook'; readonly source: string }
  | { readonly kind: 'anonymous' }

/** Everything a verb may reach. `db` is a transaction when the verb runs inside one. */
export interface ServiceContext {
  readonly actor: Actor
  readonly db: Db
  readonly clock: Clock
  readonly chain: ChainClient
  readonly litellm: LitellmClient
  readonly log: Logger
  readonly env: Env
  /** The contracts' deployment that rows are bound to. */
  readonly deploymentId: string
}

export const withActor = (ctx: ServiceContext, actor: Actor): ServiceContext => ({ ...ctx, actor })
