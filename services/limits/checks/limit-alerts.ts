import { showUsd } from '#lib/format/money.ts'
import { showTokensExact } from '#lib/format/tokens.ts'
import { judgeLimit, type LimitThreshold, thresholdIdentity } from '#lib/limits/judge-limit.ts'
import type { LimitWindow } from '#lib/limits/limit-window.ts'
import { creditsOf, vaultOf } from '#lib/metering/payer.ts'
import { usd } from '#lib/money/units.ts'
import { dayName } from '#lib/period/day-name.ts'
import type { NewAlert } from '#services/alerts/index.ts'
import { showAmount } from '../limit-view.ts'
import type { LimitRow } from '../store.ts'

const inUnits = ({ metric }: LimitRow, amount: bigint): string =>
  metric === 'usd' ? showUsd(usd(amount)) : `${showTokensExact(amount)} ${metric}`

const PER = { day: ' a day', month: ' a month', all: ' in all' } as const
const SUBJECT = { key: 'the key', end_user: 'end user', organization: 'organization' } as const

function subjectOf({ scope, value, account }: LimitRow): string {
  const name = scope === 'key' ? SUBJECT.key : `${SUBJECT[scope]} “${value}”`
  if (account === null) return `${name} over all accounts`
  const vaultId = vaultOf(account)
  return vaultId === null ? `${name} of credit account ${creditsOf(account)}` : `${name} of subscription ${vaultId}`
}

function endingOf({ kind, scope }: LimitRow, window: LimitWindow, threshold: LimitThreshold, isOver: boolean): string {
  if (isOver) return `That was in the window that ended ${window.to?.toISOString().slice(0, 16).replace('T', ' ')} UTC.`
  const until = window.to ? `until ${dayName(window.to)} 00:00 UTC` : ''
  if (threshold < 100) return until ? `It counts ${until}.` : 'Raise the limit before it is used up.'
  if (kind === 'soft') return 'Nothing is refused: it is a limit that warns.'
  const whose = scope === 'key' ? 'Its requests' : 'Requests with this label'
  return `${whose} are refused ${until ? `${until}, or ` : ''}until the limit is raised.`
}

/** What is to be told of a limit in a window, lowest threshold first; what was told before has the same identity. */
export function limitAlerts(
  limit: LimitRow,
  { window, used, now, to }: { window: LimitWindow; used: bigint; now: Date; to: NewAlert['to'] },
): NewAlert[] {
  const { reached, percent } = judgeLimit(limit, used)
  const isOver = window.to !== null && window.to <= now
  return reached.map((threshold) => ({
    kind: 'limit_reached',
    severity: threshold < 100 ? (threshold < 80 ? 'info' : 'warning') : limit.kind === 'hard' ? 'critical' : 'warning',
    to,
    account: limit.account,
    dedupe: thresholdIdentity(limit, window.key, threshold),
    sentence:
      `${threshold}% of the limit of ${inUnits(limit, limit.amount)}${PER[limit.per]} for ${subjectOf(limit)} ` +
      `is used: ${inUnits(limit, used)}. ${endingOf(limit, window, threshold, isOver)}`,
    data: {
      limitId: limit.id,
      scope: limit.scope,
      value: limit.value,
      metric: limit.metric,
      per: limit.per,
      window: window.key,
      threshold,
      percent: percent.toString(),
      amount: showAmount(limit.metric, limit.amount),
      used: showAmount(limit.metric, used),
      resetsAt: window.to?.toISOString() ?? null,
    },
  }))
}
