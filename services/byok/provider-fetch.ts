import { createGuardedFetch, type GuardedFetch } from '#services/clients/guarded-fetch/index.ts'
import type { Env } from '#services/platform/env.ts'

/** How providers are reached. A test gives a fetch of its own. */
export interface ProviderDeps {
  readonly env: Env
  readonly fetch?: GuardedFetch
}

export const providerReach = ({ byok }: Env) => (byok.allowPrivateProviders ? 'loopback' : 'public')

/** One for each configuration that lives: it keeps connections for a moment. */
const opened = new WeakMap<Env, GuardedFetch>()

export function providerFetch({ env, fetch }: ProviderDeps): GuardedFetch {
  if (fetch) return fetch
  const known = opened.get(env) ?? createGuardedFetch({ reach: providerReach(env) })
  opened.set(env, known)
  return known
}
