'use client'

import Link from 'next/link'
import { buttonClass } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { useApproverVaults } from '#hooks/use-vaults.ts'

/** Leads an approver to what waits for it; nothing for everybody else. */
export function ApproverLink({ address }: { address: string }) {
  const { data } = useApproverVaults()
  const seats = data?.vaults ?? []
  if (seats.length === 0) return null
  const waiting = seats.flatMap(({ approvals }) =>
    (approvals?.proposals ?? []).filter(
      ({ approvedBy }) => !approvedBy.includes(address) && approvedBy.length < (approvals?.required ?? 0),
    ),
  ).length
  return (
    <div className="mb-4">
      <Notice
        tone={waiting > 0 ? 'warn' : 'neutral'}
        title={
          waiting === 0
            ? 'Nothing waits for your approval.'
            : `${waiting} ${waiting === 1 ? 'proposal waits' : 'proposals wait'} for your approval.`
        }
        actions={
          <Link className={buttonClass()} href="/approvals">
            Open approvals
          </Link>
        }
      >
        {seats.length === 1 ? 'One vault names' : `${seats.length} vaults name`} this account as an approver.
      </Notice>
    </div>
  )
}
