import { parseFlow } from '#lib/money/decimal.ts'
import { showFlowExact } from '#lib/format/money.ts'
import { Address } from '#components/ui/identifier.client.tsx'
import { Time } from '#components/ui/time.client.tsx'
import { figuresOf, vaultName } from '#components/subscriptions/vault-figures.ts'
import type { VaultView } from '#hooks/api-types.ts'
import { HEAD, NUMBER, WIDE } from '#components/ui/table.ts'

interface AccrualTableProps {
  views: readonly VaultView[]
  chosen: ReadonlySet<string>
  onChoose: (chosen: ReadonlySet<string>) => void
}

const exact = (text: string): string => showFlowExact(parseFlow(text)).replace(/ FLOW$/, '')

function toggled(chosen: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(chosen)
  if (!next.delete(id)) next.add(id)
  return next
}

/** What accrued and what of it may be taken, vault by vault. A vault with nothing to withdraw can't be chosen. */
export function AccrualTable({ views, chosen, onChoose }: AccrualTableProps) {
  return (
    <table className="w-full text-left text-sm">
      <caption className="sr-only">FLOW to withdraw, and accrued, by vault. Choose vaults to withdraw from.</caption>
      <thead>
        <tr className="border-b border-line">
          <th scope="col" className={`${HEAD} w-10`}>
            <span className="sr-only">Choose</span>
          </th>
          <th scope="col" className={HEAD}>
            Vault
          </th>
          <th scope="col" className={`${HEAD} hidden md:table-cell`}>
            Customer
          </th>
          <th scope="col" className={`${HEAD} text-right`}>
            Can withdraw, FLOW
          </th>
          <th scope="col" className={`${HEAD} hidden text-right sm:table-cell`}>
            Accrued, FLOW
          </th>
          <th scope="col" className={`${HEAD} hidden text-right md:table-cell`}>
            Uncovered, FLOW
          </th>
          <th scope="col" className={`${HEAD} hidden text-right lg:table-cell`}>
            Left, FLOW
          </th>
          <th scope="col" className={`${HEAD} hidden text-right lg:table-cell`}>
            Last reading
          </th>
        </tr>
      </thead>
      <tbody>
        {views.map(({ vault, settlement }) => (
          <tr key={vault.id} data-vault={vault.id} className="h-10 border-b border-line">
            <td className="py-1">
              <label className="flex size-10 items-center justify-center">
                <input
                  type="checkbox"
                  aria-label={`Choose ${vaultName(vault)}`}
                  className="size-4 accent-accent"
                  checked={chosen.has(vault.id)}
                  disabled={parseFlow(vault.withdrawable) === 0n}
                  onChange={() => onChoose(toggled(chosen, vault.id))}
                />
              </label>
            </td>
            <th
              scope="row"
              className="max-w-32 truncate py-2 not-first:pl-4 font-normal sm:max-w-xs"
              title={vaultName(vault)}
            >
              {vaultName(vault)} <span className="text-xs text-text-2">{vault.id}</span>
            </th>
            <td className="hidden py-2 not-first:pl-4 md:table-cell">
              <Address value={vault.owner} />
            </td>
            <td className={NUMBER} data-withdrawable>
              {exact(vault.withdrawable)}
            </td>
            <td className={`${NUMBER} ${WIDE}`} data-accrued>
              {exact(vault.accrued)}
            </td>
            <td className={`${NUMBER} hidden md:table-cell`}>{exact(vault.uncovered)}</td>
            <td className={`${NUMBER} hidden lg:table-cell`}>
              {showFlowExact(figuresOf(vault).left).replace(/ FLOW$/, '')}
            </td>
            <td className={`${NUMBER} hidden text-text-2 lg:table-cell`}>
              {settlement.lastReading ? <Time at={settlement.lastReading.at} /> : 'none yet'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
