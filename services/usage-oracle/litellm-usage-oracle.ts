import { AppError } from '#lib/errors/app-error.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { fetchUsage } from './fetch-usage.ts'
import { type Monitoring, startMonitoring } from './monitor.ts'
import { type FDCTrigger, type LiteLLMUsage, type Submission, triggerOf, type UsageWindow } from './schemas.ts'
import { settleVaults } from './submit-trigger.ts'

const FIVE_MINUTES_MS = 300_000
const VAULT_ID = /^\d{1,19}$/

function vaultIdOf(given: string | number | bigint): bigint {
  const text = String(given)
  if (VAULT_ID.test(text) && BigInt(text) < 2n ** 63n) return BigInt(text)
  throw new AppError('invalid_request', 'A vault is named by its number.', { internal: `vault ${text.slice(0, 40)}` })
}

/** LiteLLM's usage on its way to Flow, in four verbs: thin doors to the parts that the oracle itself runs on. */
export class LiteLLMUsageOracle {
  readonly #ctx: ServiceContext

  /** `ctx` of a process's container; the oracle acts as a job of the system. */
  constructor(ctx: ServiceContext) {
    this.#ctx = withActor(ctx, { kind: 'system', job: 'usage-oracle' })
  }

  /** Usage of a vault (`vault:7`), a wallet (`0x…`), an end user's label, or a user that only LiteLLM knows. */
  fetchLiteLLMUsage(userId: string, window: UsageWindow = '24h'): Promise<LiteLLMUsage> {
    return fetchUsage(this.#ctx, userId, window)
  }

  /** The trigger that tells the handler `litellm-usage` of a vault. */
  createFDCTrigger(vaultId: string | number | bigint, usage: LiteLLMUsage): FDCTrigger {
    return triggerOf(vaultIdOf(vaultId), usage)
  }

  /**
   * Proves and submits it: the vault's meter reading, signed, through the registry of triggers. Charges what the
   * vault's own events say, whatever the trigger says; submitting it again changes nothing.
   */
  async submitToFlow({ vaultId }: FDCTrigger): Promise<Submission> {
    const submitted = await settleVaults(this.#ctx, [vaultId])
    return submitted.get(vaultId) ?? { status: 'up_to_date', sequence: null, txId: null, reason: null }
  }

  /**
   * Keeps doing so for every vault that has a key, by default every five minutes. `users` names LiteLLM's users of
   * vaults, to compare with; vaults made in the dashboard need no entry.
   */
  startMonitoring(users: Readonly<Record<string, string>> = {}, intervalMs: number = FIVE_MINUTES_MS): Monitoring {
    const byVault = new Map(Object.entries(users).map(([vaultId, userId]) => [vaultIdOf(vaultId), userId]))
    return startMonitoring({ ctx: this.#ctx, users: byVault, intervalMs })
  }
}
