import * as z from 'zod'
import { type ContractAddresses, typeName } from '../flow/addresses.ts'
import { chainAddress, chainFlow, chainInteger } from '../flow/chain-values.ts'
import type { Flow } from '../money/units.ts'

/** An event of a transaction, with its place in it. */
interface PlacedEvent {
  readonly type: string
  readonly eventIndex: number
  readonly data: unknown
}

/** FLOW that arrived at the treasury, and from whom. */
export interface Arrival {
  /** Of the deposit: with the transaction's id, it names the arrival for good. */
  readonly eventIndex: number
  readonly amount: Flow
  /** Null: the chain doesn't tell. */
  readonly from: string | null
  /** The vault that its owner paid from; null: a wallet. */
  readonly vaultId: bigint | null
}

const tokens = z.object({ type: z.string(), amount: chainFlow })
const deposited = tokens.extend({ to: chainAddress.nullable(), depositedUUID: chainInteger })
const withdrawn = tokens.extend({ from: chainAddress.nullable(), withdrawnUUID: chainInteger })
const refunded = z.object({ id: chainInteger, amount: chainFlow, to: chainAddress })
const created = z.object({ address: chainAddress })

/**
 * What arrived at the treasury in one transaction. FLOW on its way is a resource with an id of its own, which the
 * withdrawal and the deposit both tell: so a deposit's sender is known, and not guessed from what else happened. Vaults'
 * FLOW lies in the contracts' account: of what comes from there, only what an owner took back is a payment; the rest
 * pays providers. What the treasury's account was made with is nobody's payment.
 */
export function findArrivals(
  events: readonly PlacedEvent[],
  { treasury, addresses }: { treasury: string; addresses: ContractAddresses },
): Arrival[] {
  const inOrder = events.toSorted((a, b) => a.eventIndex - b.eventIndex)
  const flowVault = typeName(addresses, 'FlowToken.Vault')
  const named = (name: `${string}.${string}`) => inOrder.filter(({ type }) => type === typeName(addresses, name))
  const isMadeHere = inOrder.some(
    ({ type, data }) => type === 'flow.AccountCreated' && created.parse(data).address === treasury,
  )
  if (isMadeHere) return []
  const withdrawals = named('FungibleToken.Withdrawn').map((event) => ({ event, ...withdrawn.parse(event.data) }))
  return named('FungibleToken.Deposited').flatMap((event): Arrival[] => {
    const { type, to, amount, depositedUUID } = deposited.parse(event.data)
    if (type !== flowVault || to !== treasury || amount === 0n) return []
    const { eventIndex } = event
    const source = withdrawals.find(({ withdrawnUUID }) => withdrawnUUID === depositedUUID)
    // Put together from several withdrawals, or taken out in another transaction.
    if (!source?.from || source.amount !== amount) return [{ eventIndex, amount, from: null, vaultId: null }]
    if (source.from === treasury) return []
    if (source.from !== addresses['UsageBasedSubscriptions']) {
      return [{ eventIndex, amount, from: source.from, vaultId: null }]
    }
    return ownersPayment(inOrder, addresses, source).map((payment) => ({ eventIndex, amount, ...payment }))
  })
}

/** The contract tells what a withdrawal from a vault was right after it: an owner's, or something else. */
function ownersPayment(
  inOrder: readonly PlacedEvent[],
  addresses: ContractAddresses,
  { event, amount }: { event: PlacedEvent; amount: Flow },
): Pick<Arrival, 'from' | 'vaultId'>[] {
  const prefix = typeName(addresses, 'UsageBasedSubscriptions.')
  const told = inOrder.find(({ type, eventIndex }) => eventIndex > event.eventIndex && type.startsWith(prefix))
  if (told?.type !== `${prefix}Refunded`) return []
  const { id, to, amount: refund } = refunded.parse(told.data)
  return refund === amount ? [{ from: to, vaultId: id }] : []
}
