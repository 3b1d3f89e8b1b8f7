import type { Action } from './actions.ts'
import { act, grow, passTime } from './single-actions.ts'

const debtAndCredit = [
  grow(0, 1_000_000n),
  grow(0, 1n),
  grow(0, 0n, { step: 0n }),
  act({ kind: 'deposit', vault: 0, amount: 300_000_000n }),
  act({ kind: 'withdrawPart', vault: 0, amount: 50_000_000n, fit: false }),
  act({ kind: 'withdraw', vault: 0 }),
  act({ kind: 'credit', vault: 0, usd: 1_000n }),
  grow(0, 50_000n),
]

const controls = [
  act({ kind: 'automatic', vault: 1, enabled: true }),
  act({ kind: 'receiver', vault: 1, offered: false }),
  act({ kind: 'cap', vault: 1, amount: 200_000_000n }),
  act({ kind: 'expiry', vault: 1, inSeconds: 400_000 }),
  act({ kind: 'pause', vault: 1, fit: false }),
  act({ kind: 'reminder', vault: 1, amount: 50_000_000n }),
  grow(1, 50_000n),
  passTime('turn', 0),
  grow(1, 50_000n),
  act({ kind: 'receiver', vault: 1, offered: true }),
  act({ kind: 'resume', vault: 1, fit: false }),
  grow(1, 1n),
]

const leaving = [
  act({ kind: 'deposit', vault: 1, amount: 300_000_000n }),
  act({ kind: 'request', vault: 1, amount: 1n, fit: false }),
  act({ kind: 'cancel', vault: 1, fit: false }),
  act({ kind: 'request', vault: 1, amount: 100_000_000n, fit: false }),
  passTime('now', 3_600),
  act({ kind: 'takeBack', vault: 1, fit: false }),
  act({ kind: 'request', vault: 1, amount: null, fit: false }),
  passTime('now', 3_600),
  act({ kind: 'takeBack', vault: 1, fit: false }),
]

/** What was asked back when there was enough is used, and can't be taken; the vault is the one that follows. */
const usedMeanwhile = [
  act({ kind: 'request', vault: 1, amount: 50_000_000n, fit: false }),
  grow(1, 25_000n),
  passTime('now', 3_600),
  act({ kind: 'takeBack', vault: 1, fit: false }),
  act({ kind: 'cancel', vault: 1, fit: false }),
]

const approvals = [
  grow(2, 40_000n),
  act({ kind: 'payment', vault: 2, amount: 50_000_000n, fit: false }),
  act({ kind: 'approve', vault: 2, nth: 0, alone: true, fit: false }),
  act({ kind: 'approve', vault: 2, nth: 0, alone: true, fit: false }),
  act({ kind: 'execute', vault: 2, nth: 0, fit: false }),
  act({ kind: 'leak', vault: 2, whose: 'provider' }),
  act({ kind: 'steal', vault: 2, whose: 'provider', amount: 10_000_000n, fit: false }),
  act({ kind: 'renew', vault: 2 }),
  act({ kind: 'steal', vault: 2, whose: 'provider', amount: 10_000_000n, fit: false }),
  act({
    kind: 'approvers',
    vault: 2,
    policy: { approvers: ['ben', 'cem', 'second'], required: 2, threshold: 10_000_000n },
  }),
  act({ kind: 'approve', vault: 2, nth: 0, alone: false, fit: false }),
  act({ kind: 'approve', vault: 2, nth: 0, alone: false, fit: false }),
  act({ kind: 'claimSeat', vault: 2, fit: false }),
  act({ kind: 'transfer', vault: 0, to: 'second' }),
  act({ kind: 'claimVault', vault: 0, fit: false }),
]

const periods = [
  act({ kind: 'rate', usdPerFlow: 90_000_000n, source: 'fixed' }),
  act({ kind: 'source', name: 'fixed' }),
  act({ kind: 'schedule', list: 2, inMonths: 1 }),
  act({ kind: 'registration', provider: 'rival' }),
  act({ kind: 'reappoint' }),
  passTime('monthEnd', -1),
  grow(2, 30_000n),
  passTime('monthEnd', 0),
  grow(2, 20_000n),
  grow(2, 10_000n, { month: -1 }),
  passTime('graceEnd', 0),
  grow(2, 10_000n, { month: -1 }),
  act({ kind: 'archive', vault: 3, fit: false }),
]

/** Come before random actions: no run is without debt, credit, a closed vault, a new month, or any kind of action. */
export const FIRST_ACTIONS: readonly Action[] = [
  ...debtAndCredit,
  ...controls,
  ...leaving,
  ...usedMeanwhile,
  ...approvals,
  ...periods,
]
