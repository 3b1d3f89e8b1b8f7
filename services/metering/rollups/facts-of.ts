import type { RollupFacts } from '#lib/metering/roll-up.ts'
import { measuresOf } from '#lib/metering/usage-measures.ts'
import type { PaidCandidate } from '../schemas.ts'

/** Where a call is added up, and with what. */
export function factsOf(call: PaidCandidate, deploymentId: string): RollupFacts {
  const { account, accountKey, event, litellmCost } = call
  const { keyHash, model, startedAt } = event
  const labels = {
    endUser: event.endUser ?? '',
    organization: event.organization ?? '',
    feature: event.feature ?? '',
    provider: event.provider ?? '',
  }
  const series = { deploymentId, account, keyHash, accountKey: accountKey ?? '', model, ...labels }
  return { series, startedAt, measures: measuresOf(event, litellmCost) }
}
