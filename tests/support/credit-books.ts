import { sql } from 'drizzle-orm'
import { expect } from 'vitest'
import type { ServiceContext } from '#services/platform/context.ts'

interface Drift extends Record<string, unknown> {
  id: string
}

/**
 * The laws of the ledger, asked of the database itself: balances are the sums of transfers, `held` those of open holds,
 * months those of usage; nothing is overspent.
 */
export async function expectBooksBalance({ db }: Pick<ServiceContext, 'db'>): Promise<void> {
  const drifting = await db.execute<Drift>(sql`
    select a.id, a.balance, a.held, a.receivable, t.balance as transfers, t.receivable as owed, h.held as holds
    from credit_accounts a
    cross join lateral (
      select
        coalesce(sum(case when credit = 'customer:' || a.id then amount
          when debit = 'customer:' || a.id then -amount end), 0) as balance,
        coalesce(sum(case when debit = 'receivable:' || a.id then amount
          when credit = 'receivable:' || a.id then -amount end), 0) as receivable
      from ledger_transfers where account_id = a.id
    ) t
    cross join lateral (
      select coalesce(sum(amount), 0) as held from credit_holds where account_id = a.id and state = 'held'
    ) h
    where a.balance <> t.balance or a.receivable <> t.receivable or a.held <> h.held
      or a.balance < 0 or a.held > a.balance`)
  expect(drifting.rows).toEqual([])
  const months = await db.execute<Drift>(sql`
    select m.account_id as id, m.period, m.spent, m.held from credit_months m
    where m.spent <> (
      select coalesce(sum(case when kind = 'usage' then amount
        when kind = 'refund' and debit = 'revenue' then -amount end), 0)
      from ledger_transfers where account_id = m.account_id and period = m.period
    ) or m.held <> (
      select coalesce(sum(amount), 0) from credit_holds
      where account_id = m.account_id and period = m.period and state = 'held'
    )`)
  expect(months.rows).toEqual([])
  const unposted = await db.execute<Drift>(sql`
    select id from credit_holds h where state = 'posted' and posted > 0
      and not exists (select 1 from ledger_transfers t where t.id = 'usage:' || h.id and t.amount = h.posted)`)
  expect(unposted.rows).toEqual([])
}
