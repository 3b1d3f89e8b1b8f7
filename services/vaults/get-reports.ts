import type { VaultReport } from '#lib/flow/vault-report.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { inParts } from '#services/platform/in-parts.ts'

/** Reports in one script: far below what a script may compute and an answer may hold. */
const AT_ONCE = 100

/**
 * The chain's reports of vaults now. One that doesn't exist is absent, and so is one that can't be read: whoever asks
 * for many must not fail for the sake of one.
 */
export const getReports = (
  { chain, log }: Pick<ServiceContext, 'chain' | 'log'>,
  vaultIds: readonly bigint[],
): Promise<VaultReport[]> =>
  inParts(vaultIds, AT_ONCE, async (ids) => {
    const { reports, unreadable } = await chain.script('get_vaults', { ids })
    for (const { id, fault } of unreadable) log.error({ vaultId: id, fault }, 'the report of a vault can’t be read')
    return reports
  })
