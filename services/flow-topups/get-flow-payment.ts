import { AppError } from '#lib/errors/app-error.ts'
import type { UsdPerFlow } from '#lib/money/units.ts'
import type { ServiceContext } from '#services/platform/context.ts'

/** Where FLOW is paid to, and what it is worth now. */
export interface FlowPayment {
  readonly address: string
  /** Null: there is no rate that counts, or the chain doesn't answer. What is paid waits until there is one. */
  readonly usdPerFlow: UsdPerFlow | null
}

/** How credits are paid for with FLOW; null where the operator takes none. */
export async function getFlowPayment({ chain, env, log }: ServiceContext): Promise<FlowPayment | null> {
  const { flowAddress: address } = env.credits
  if (address === null) return null
  try {
    return { address, usdPerFlow: await chain.script('get_rate', {}) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    log.warn({ why: error.internal }, 'the rate of FLOW is not known')
    return { address, usdPerFlow: null }
  }
}
