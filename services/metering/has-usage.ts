import type { ServiceContext } from '#services/platform/context.ts'
import { countPeriods } from './store.ts'

/** Whether a payer was ever metered: a vault, or a credit account by its number below 0. */
export const hasUsage = async ({ db, deploymentId }: ServiceContext, payer: bigint): Promise<boolean> =>
  (await countPeriods(db, deploymentId, payer)) > 0
