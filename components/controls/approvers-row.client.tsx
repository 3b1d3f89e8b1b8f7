'use client'

import { ProposalList } from '#components/approvals/proposal-list.tsx'
import { policyWords } from '#components/approvals/proposal-words.ts'
import { Button } from '#components/ui/button.tsx'
import { Address } from '#components/ui/identifier.client.tsx'
import { Moment } from '#components/ui/moment.client.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { Loading } from '#components/ui/skeleton.tsx'
import { showFlowExact } from '#lib/format/money.ts'
import { parseFlow } from '#lib/money/decimal.ts'
import type { Approvals, VaultReport } from '#hooks/api-types.ts'
import type { Controls } from '#hooks/use-control.ts'
import { useApprovals } from '#hooks/use-vaults.ts'
import { ControlRow } from './control-row.tsx'
import { PolicyForm } from './policy-form.client.tsx'

/** Who else must agree before FLOW leaves the vault. */
export function ApproversRow({ vault, controls }: { vault: VaultReport; controls: Controls }) {
  const { data, error } = useApprovals(vault.id)
  const busy = controls.running !== null
  return (
    <ControlRow
      id="approvers"
      title="Approvers"
      kinds={['approvers']}
      controls={controls}
      done={
        data?.approvals && vault.approvers.length > 0
          ? 'It is on chain. A change of approvers acts when enough of them agreed.'
          : 'The approvers are on chain.'
      }
      explain={
        <>
          <p>
            For shared money: what goes back to you, closing, giving the vault away and payments above a threshold then
            need several people. Settlement never does.
          </p>
          <p>Once set, the approvers themselves must agree to any change. They approve on the page Approvals.</p>
        </>
      }
      now={vault.approvers.length === 0 ? 'Nobody else has to agree.' : <PolicyNow approvals={data?.approvals} />}
    >
      {!data && error ? (
        <Notice tone="warn" title="The approvals could not be read.">
          {error.message}
        </Notice>
      ) : null}
      {!data && !error ? <Loading what="the approvals" className="h-24" /> : null}
      {data?.approvals ? <ProposalList approvals={data.approvals} /> : null}
      {data ? (
        <PolicyForm
          key={data.approvals ? 'change' : 'first'}
          policy={data.approvals && { ...data.approvals, threshold: comingThreshold(data.approvals) }}
          busy={busy}
          onSet={(policy) => void controls.perform({ kind: 'approvers', policy })}
        />
      ) : null}
      {data?.approvals ? (
        <Button
          kind="quiet"
          aria-disabled={busy}
          onClick={() => void controls.perform({ kind: 'approvers', policy: null })}
        >
          Propose to end approvals
        </Button>
      ) : null}
    </ControlRow>
  )
}

/** The threshold that acts, or the one that will. */
const comingThreshold = ({ threshold, pendingThreshold }: Approvals): string | null =>
  pendingThreshold ? pendingThreshold.limit : threshold

function PolicyNow({ approvals }: { approvals: Approvals | null | undefined }) {
  if (!approvals) return 'Reading the approvers.'
  return (
    <>
      <p>{policyWords(approvals)}</p>
      {approvals.pendingThreshold ? (
        <p className="mt-1 font-normal">
          {approvals.pendingThreshold.limit === null
            ? 'The threshold ends'
            : `A threshold of ${showFlowExact(parseFlow(approvals.pendingThreshold.limit))} acts`}{' '}
          from <Moment at={approvals.pendingThreshold.actsAt} /> on.
        </p>
      ) : null}
      <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1 font-normal">
        {approvals.approvers.map((approver) => (
          <li key={approver}>
            <Address value={approver} />
          </li>
        ))}
      </ul>
    </>
  )
}
