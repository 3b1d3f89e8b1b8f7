import { parseFlow } from '#lib/money/decimal.ts'
import type { Signer } from '#services/clients/flow/index.ts'
import type { Billing } from './billing.ts'
import { query } from './contract-chain.ts'
import { PARTIES, type Party } from './random-actions.ts'
import { readTestCadence } from './test-cadence.ts'
import type { VaultModel } from './vault-model.ts'

interface Checked {
  readonly billing: Billing
  readonly signers: Readonly<Record<Party, Signer>>
  readonly all: readonly VaultModel[]
  /** FLOW of all parties and vaults together. */
  readonly total: bigint
}

/** What breaks a rule of the money, or differs from the model; null when all is well. */
export async function faultOf({ billing, signers, all, total }: Checked): Promise<string | null> {
  const reports = await billing.chain.script('get_vaults', { ids: all.map(({ id }) => id) })
  for (const [index, report] of reports.entries()) {
    const { id, deposits, balance, paid, refunded, accrued, uncovered } = report
    if (deposits !== balance + paid + refunded) return `vault ${id}: deposits are not balance + paid + refunded`
    if (accrued > balance) return `vault ${id}: more accrued than there is`
    if (uncovered > 0n && accrued !== balance) return `vault ${id}: debt beside FLOW that is not owed`
    const expected = Object.entries(all[index]?.expected() ?? {})
    const off = expected.find(([name, value]) => text(report[name as keyof typeof report]) !== text(value))
    if (off) return `vault ${id}: ${off[0]} is ${text(report[off[0] as keyof typeof report])}, not ${text(off[1])}`
  }
  const inVaults = reports.reduce((sum, { balance }) => sum + balance, 0n)
  const held = (await flowOfParties({ billing, signers })) + inVaults
  return held === total ? null : `parties and vaults hold ${held}, not ${total}`
}

const text = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'bigint'
      ? `${each}`
      : typeof each === 'object' && each !== null
        ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : each,
  ) ?? 'nothing'

export async function flowOfParties({ billing, signers }: Pick<Checked, 'billing' | 'signers'>): Promise<bigint> {
  const addresses = PARTIES.map((name) => signers[name].address)
  return parseFlow(await query<string>(billing, readTestCadence('flow_held'), [addresses]))
}
