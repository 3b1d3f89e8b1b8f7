import { formatFlow } from '#lib/money/decimal.ts'
import { type Flow, flow } from '#lib/money/units.ts'
import { getRoles, requireUser } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getReports, listVaultIds } from '#services/vaults/index.ts'
import { describeVaults } from './describe-vaults.ts'
import type { ProviderSummary } from './schemas.ts'

const sum = (amounts: readonly Flow[]): Flow => flow(amounts.reduce((total: bigint, amount) => total + amount, 0n))

/** What the user earned as a provider: each vault that names them, most to withdraw first, and the totals. */
export async function summarizeProvider(ctx: ServiceContext): Promise<ProviderSummary> {
  const provider = requireUser(ctx.actor)
  const [roles, vaultIds] = await Promise.all([getRoles(ctx, provider), listVaultIds(ctx, { provider })])
  const reports = await getReports(ctx, vaultIds)
  const mostFirst = reports.sort((a, b) =>
    a.accrued === b.accrued ? (a.id < b.id ? -1 : 1) : a.accrued > b.accrued ? -1 : 1,
  )
  return {
    provider,
    registered: roles.provider,
    totals: {
      accrued: formatFlow(sum(reports.map(({ accrued }) => accrued))),
      withdrawable: formatFlow(sum(reports.map(({ withdrawable }) => withdrawable))),
      uncovered: formatFlow(sum(reports.map(({ uncovered }) => uncovered))),
      paid: formatFlow(sum(reports.map(({ paid }) => paid))),
    },
    vaults: await describeVaults(ctx, mostFirst),
  }
}
