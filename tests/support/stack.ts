import { inject } from 'vitest'
import type { SharedChain } from './shared-chain.ts'
import type { SharedDashboard } from './shared-dashboard.ts'
import type { SharedLitellm } from './shared-litellm.ts'

/** A new, empty, migrated database on the run's shared Postgres; it disappears with the run. */
export const createTestDatabase = (): Promise<{ url: string }> => part('database')

/** The run's shared Postgres, for tests that make their own databases. */
export const usePostgres = (): Promise<{ url: string }> => part('postgres')

/** The run's shared Redis; tests name subjects of their own. */
export const useRedis = (): Promise<{ url: string; pid: number }> => part('redis')

/** The run's shared stand-in of Stripe, Stripe's own. */
export const useStripeMock = (): Promise<{ url: string }> => part('stripe-mock')

/** The run's shared chain; tests take care of their own vaults and accounts. */
export const useChain = (): Promise<SharedChain> => part('chain')

/** The run's shared LiteLLM proxy. */
export const useLitellm = (): Promise<SharedLitellm> => part('litellm')

/** The run's shared dashboard with everything behind it, started by `npm start`. */
export const useDashboard = (): Promise<SharedDashboard> => part('dashboard')

async function part<T>(name: string): Promise<T> {
  const response = await fetch(`${inject('stackUrl')}/${name}`)
  if (!response.ok) throw new Error(`The part ${name} of the test stack did not start: ${await response.text()}`)
  return (await response.json()) as T
}
