import type { Env } from './env.ts'

/**
 * What an operator should know before the first visitor, in a sentence; null: nothing. Strangers whose address nobody
 * can say share one: the fence that is meant for one visitor then stands before all.
 */
export function welcomeWarning({ trustedProxies, welcome }: Pick<Env, 'trustedProxies' | 'welcome'>): string | null {
  const { amount, budget, perAddress } = welcome
  if (trustedProxies > 0 || amount === 0n || amount * BigInt(perAddress) >= budget) return null
  return (
    'TRUSTED_PROXIES is 0, so all visitors count as one network address and share its welcomes: ' +
    `WELCOME_PER_ADDRESS=${perAddress} a UTC day. Set TRUSTED_PROXIES to the number of your proxies, or ` +
    'WELCOME_CREDITS_USD to 0.'
  )
}
