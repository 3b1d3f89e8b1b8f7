import type { VaultReport } from '#lib/flow/vault-report.ts'
import { AppError } from '#lib/errors/app-error.ts'
import { flow, usdPerFlow } from '#lib/money/units.ts'
import { DEFAULT_SCHEDULE } from '#lib/pricing/schedule.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { OWNER, vaultReport } from './vault-reports.ts'

type Chain = ServiceContext['chain']

/** A stand-in for the chain where a test needs vaults in states that no transaction of a moment leads to. */
export interface ToldVaults {
  readonly chain: Chain
  /** A vault with so much FLOW at 1 USD each, as 1e-8. */
  tell(id: bigint, balance: bigint, more?: Partial<VaultReport>): void
  away(isAway: boolean): void
  /** Vaults that it was asked for so far. */
  readonly asked: bigint[]
}

export function tellVaults(): ToldVaults {
  const vaults = new Map<bigint, VaultReport>()
  const asked: bigint[] = []
  let isAway = false
  const scripts: Record<string, (args: { ids: bigint[] }) => unknown> = {
    get_schedule: () => DEFAULT_SCHEDULE,
    get_settings: () => ({ rate: { usdPerFlow: usdPerFlow(100_000_000n) }, settleDelaySeconds: 600 }),
    get_vaults: ({ ids }) => {
      asked.push(...ids)
      return { reports: ids.flatMap((id) => vaults.get(id) ?? []), unreadable: [] }
    },
  }
  const script = async (name: string, args: { ids: bigint[] }): Promise<unknown> => {
    if (isAway && name !== 'get_schedule') throw new AppError('chain_unreachable', 'The chain is away.')
    return scripts[name]?.(args)
  }
  return {
    chain: {
      script,
      latestBlock: async () => ({ height: 1 }),
      events: async () => [],
      eventType: (name: string) => name,
    } as object as Chain,
    tell: (id, balance, more = {}) =>
      void vaults.set(id, vaultReport({ id, owner: OWNER, balance: flow(balance), ...more })),
    away: (value) => void (isAway = value),
    asked,
  }
}
