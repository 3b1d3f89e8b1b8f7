'use client'

import { useState } from 'react'
import { TIER_WORDS } from '#components/credits/credit-words.ts'
import { Button } from '#components/ui/button.tsx'
import { Status } from '#components/ui/status.tsx'
import { Time } from '#components/ui/time.client.tsx'
import { showUsd } from '#lib/format/money.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import type { AdminAccount, AdminAccounts } from '#hooks/use-admin-credits.ts'
import { useAnnounce } from '#hooks/use-announce.ts'
import { EntryForm } from './entry-form.client.tsx'
import { TierForm } from './tier-form.client.tsx'

interface AccountRowProps {
  account: AdminAccount
  accounts: AdminAccounts
}

type Act = 'grant' | 'refund' | 'tier'

const ACTS: Readonly<Record<Act, string>> = { grant: 'Give credits', refund: 'Refund usage', tier: 'Set tier' }
const usdOf = (text: string): string => showUsd(parseUsd(text))

/** One account: whose it is, what it has, and what the admin can do. */
export function AccountRow({ account, accounts }: AccountRowProps) {
  const [open, setOpen] = useState<Act | null>(null)
  const announce = useAnnounce()
  const done = (sentence: string): void => {
    setOpen(null)
    announce(sentence)
  }
  return (
    <div className="py-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <p className="flex flex-wrap items-center gap-2">
            <span className="font-mono text-sm wrap-anywhere">{account.subject}</span>
            {account.status === 'frozen' ? <Status tone="bad">Frozen</Status> : null}
          </p>
          <p className="text-xs text-text-2">
            {TIER_WORDS[account.tier]}, balance {usdOf(account.balance_usd)}, held {usdOf(account.held_usd)}
            {parseUsd(account.receivable_usd) > 0n ? `, owes ${usdOf(account.receivable_usd)}` : ''}. Opened{' '}
            <Time at={account.created_at} />. <span className="font-mono wrap-anywhere">{account.id}</span>
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          {(['grant', 'refund', 'tier'] as const).map((act) => (
            <Button
              key={act}
              kind="quiet"
              aria-expanded={open === act}
              onClick={() => setOpen(open === act ? null : act)}
            >
              {ACTS[act]}
              <span className="sr-only"> of {account.subject}</span>
            </Button>
          ))}
        </div>
      </div>
      {open === 'grant' || open === 'refund' ? (
        <EntryForm
          key={open}
          kind={open}
          account={account}
          onBook={async ({ expires_at, ...entry }) => {
            if (open === 'grant') await accounts.grant(account.id, { ...entry, expires_at })
            else await accounts.refund(account.id, entry)
            done(open === 'grant' ? 'The credits are given.' : 'The usage is refunded.')
          }}
          onCancel={() => setOpen(null)}
        />
      ) : null}
      {open === 'tier' ? (
        <TierForm
          account={account}
          onSet={async (tier, reason) => {
            await accounts.setTier(account.id, tier, reason)
            done(`The tier is ${TIER_WORDS[tier]}.`)
          }}
          onCancel={() => setOpen(null)}
        />
      ) : null}
    </div>
  )
}
