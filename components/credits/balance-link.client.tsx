'use client'

import Link from 'next/link'
import { showUsd } from '#lib/format/money.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import { useCreditBalance } from '#hooks/use-credits.ts'

/** What is usable, in the header of every page; nothing while it is unknown. */
export function BalanceLink() {
  const { data } = useCreditBalance()
  if (!data) return null
  return (
    <Link
      href="/credits"
      prefetch={false}
      className="hidden min-h-9 items-center rounded-md px-2 text-sm text-text-2 hover:bg-sunken hover:text-text sm:inline-flex"
      title="Usable credits"
    >
      <span className="sr-only">Usable credits </span>
      {showUsd(parseUsd(data.usable_usd))}
    </Link>
  )
}
