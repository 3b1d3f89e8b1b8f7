import type { PlantedBug } from './planted-bugs.ts'
import type { Action, Party } from './actions.ts'
import { act, grow, passTime } from './single-actions.ts'

const DELAY = 3_600
const request = (vault: number, amount: bigint | null): Action => act({ kind: 'request', vault, amount, fit: false })
const takeBack = (vault: number): Action => act({ kind: 'takeBack', vault, fit: false })
const cap = (amount: bigint): Action => act({ kind: 'cap', vault: 0, amount })
const expiry = (inSeconds: number): Action => act({ kind: 'expiry', vault: 0, inSeconds })
const pause = (): Action => act({ kind: 'pause', vault: 0, fit: false })
const transfer = (vault: number): Action => act({ kind: 'transfer', vault, to: 'second' })
/** The third vault has three approvers, of whom two must agree, and a threshold of 0.3 FLOW. */
const approve = (by: Party): Action => act({ kind: 'approve', vault: 2, nth: 0, alone: false, fit: false }, by)
const payment = (amount: bigint): Action => act({ kind: 'payment', vault: 2, amount, fit: false })
const withdrawPart = (amount: bigint): Action => act({ kind: 'withdrawPart', vault: 2, amount, fit: false })
const replaceAnn = act({
  kind: 'approvers',
  vault: 2,
  policy: { approvers: ['ben', 'cem', 'second'], required: 2, threshold: null },
})

const inControls: readonly PlantedBug[] = [
  {
    bug: 'FLOW that is taken back before the settle delay is over',
    edits: [['VaultControls', /BillingPeriod\.now\(\) >= self\.pendingReturn!\.actsAt:/, 'true:']],
    actions: [request(0, 1n), passTime('now', DELAY - 1), takeBack(0)],
    shows: /done, where the rules say too_early/,
  },
  {
    bug: 'a vault that is emptied and not closed',
    edits: [['VaultControls', /amount == nil \|\| \(amount! <= free && [^\n]*/, 'true:']],
    actions: [request(0, 50_000_000n), grow(0, 25_000n), passTime('now', DELAY), takeBack(0)],
    shows: /done, where the rules say leaves_too_little/,
  },
  {
    bug: 'a lower cap that acts at once',
    edits: [
      ['DelayedLimits', /self\.value = loosens \? limit : current/, 'self.value = limit'],
      ['DelayedLimits', /self\.change = loosens \? nil : [^\n]*/, 'self.change = nil'],
      ['DelayedLimits', /self\.current\(\) == \(result > [^\n]*/, 'true:'],
    ],
    actions: [cap(1n)],
    shows: /capUsd is "0.00000001", not null/,
  },
  {
    bug: 'a cap that limits nothing',
    edits: [['VaultUsage', /let target = limitUsd != nil [^\n]*/, 'let target = priceUsd']],
    actions: [cap(1n), passTime('now', DELAY), grow(0, 1_000n)],
    shows: /accrued is "0.02000000", not "0.00000001"/,
  },
  {
    bug: 'an expiry that ends nothing',
    edits: [['VaultControls', /self\.isPaused\(\) \|\| self\.isExpired\(\) \? charged/, 'self.isPaused() ? charged']],
    actions: [expiry(DELAY), passTime('now', DELAY + 1), grow(0, 1_000n)],
    shows: /accrued is "0.02000000", not "0.00000000"/,
  },
  {
    bug: 'an expiry that is shortened at once',
    edits: [['VaultControls', /self\.isLater\(expiresAt\) \|\| expiresAt! >= [^\n]*/, 'true:']],
    actions: [expiry(DELAY - 1)],
    shows: /done, where the rules say expiry_too_soon/,
  },
  {
    bug: 'a pause that acts at once',
    edits: [['VaultControls', /self\.pausedFrom = actsAt/, 'self.pausedFrom = BillingPeriod.now()']],
    actions: [pause()],
    shows: /status is "paused", not "active"/,
  },
  {
    bug: 'a pause that ends nothing',
    edits: [['VaultControls', /self\.isPaused\(\) \|\| self\.isExpired\(\) \? charged/, 'self.isExpired() ? charged']],
    actions: [pause(), passTime('now', DELAY), grow(0, 1_000n)],
    shows: /accrued is "0.02000000", not "0.00000000"/,
  },
  {
    bug: 'an old owner whose capability lives on',
    edits: [
      ['VaultDirectory', /transfers == nil\n/, 'transfers != nil || true\n'],
      [
        'UsageBasedSubscriptions',
        / {8}for controller in self\.account\.capabilities\.storage\.getControllers\(forPath: path\) \{[^}]*\}\n/,
        '',
      ],
    ],
    actions: [transfer(0), act({ kind: 'automatic', vault: 0, enabled: true }, 'customer')],
    shows: /customer: done, where the rules say revoked/,
  },
  {
    bug: 'copies that outlive the renewal of a capability',
    edits: [['UsageBasedSubscriptions', / {12}if old\.borrowType == [^\n]*\n/, '']],
    actions: [
      grow(0, 1_000n),
      act({ kind: 'renew', vault: 0 }),
      act({ kind: 'leak', vault: 0, whose: 'provider' }),
      act({ kind: 'renew', vault: 0 }),
      act({ kind: 'steal', vault: 0, whose: 'provider', amount: 1n, fit: false }),
    ],
    shows: /stranger: done, where the rules say revoked/,
  },
  {
    bug: "a request that outlives its owner's time",
    edits: [['UsageBasedSubscriptions', /self\.controls\.cancelRequests\(\)/, '']],
    actions: [request(0, 1n), transfer(0)],
    shows: /pendingReturn is \{.*\}, not null/,
  },
  {
    bug: 'a closed vault that is passed on',
    edits: [['UsageBasedSubscriptions', /!self\.controls\.closed:(?= [^\n]*"transfer")/, 'true:']],
    actions: [request(0, null), passTime('now', DELAY), takeBack(0), transfer(3)],
    shows: /customer: done, where the rules say closed/,
  },
  {
    bug: 'an oracle that acts before the notice time is over',
    edits: [['MeterOracles', /BillingPeriod\.now\(\) >= self\.activeFrom:/, 'true:']],
    actions: [act({ kind: 'reappoint' }), grow(0, 1_000n)],
    shows: /oracle: done, where the rules say oracle_waits/,
  },
]

const inApprovals: readonly PlantedBug[] = [
  {
    bug: 'a threshold for each payment, not for their sum',
    edits: [['VaultApprovals', /self\.paidInPeriod\(\) \+ amount/, 'amount']],
    actions: [passTime('now', DELAY), grow(2, 40_000n), withdrawPart(20_000_000n), withdrawPart(10_000_000n)],
    shows: /withdrawable is "0.20000000", not "0.00000000"/,
  },
  {
    bug: 'a threshold that holds for the provider but not for payments at settlement',
    edits: [
      ['UsageBasedSubscriptions', /let amount = self\.withdrawable\(\)\n/, 'let amount = self.funds.accrued\n'],
      ['VaultApprovals', /self\.allowance\(\) == nil \|\| amount <= self\.allowance\(\)!:/, 'true:'],
      ['VaultApprovals', /self\.approvedBeyond = self\.approvedBeyond - beyond/, ''],
    ],
    actions: [passTime('now', DELAY), act({ kind: 'automatic', vault: 2, enabled: true }), grow(2, 40_000n)],
    shows: /balance is "0.20000000", not "0.70000000"/,
  },
  {
    bug: 'one approver who is enough',
    edits: [['VaultApprovals', /self\.approvalsOf\(proposal!\) >= self\.required/, 'self.approvalsOf(proposal!) >= 1']],
    actions: [payment(1n), approve('ann')],
    shows: /approvedBeyond is "0.00000001", not "0.00000000"/,
  },
  {
    bug: 'an approver who counts twice',
    edits: [['VaultApprovals', /!self\.find\(proposalId\)!\.approvedBy\.contains\(approver\):/, 'true:']],
    actions: [payment(1n), approve('ann'), approve('ann')],
    shows: /ann: done, where the rules say approved_already/,
  },
  {
    bug: 'a proposal that never lapses',
    edits: [['VaultApprovals', / && BillingPeriod\.now\(\) < proposal\.expiresAt/, '']],
    actions: [
      payment(1n),
      passTime('now', DELAY + 604_800),
      act({ kind: 'approve', vault: 2, nth: 3, alone: false, fit: false }),
    ],
    shows: /ann: done, where the rules say no_proposal/,
  },
  {
    bug: 'an approver who keeps the seat after being replaced',
    edits: [['VaultApprovals', /if !policy\.approvers\.contains\(approver\) \{ [^}]*\}/, '']],
    actions: [replaceAnn, approve('ann'), approve('ben'), payment(1n), approve('ann')],
    shows: /ann: done, where the rules say seat_dead/,
  },
  {
    bug: 'what old approvers agreed to outlives them',
    edits: [['VaultApprovals', /for kind in self\.proposals\.keys \{ self\.drop\(kind\) \}/, '']],
    actions: [
      request(2, 1n),
      replaceAnn,
      act({ kind: 'approve', vault: 2, nth: 1, alone: false, fit: false }, 'ann'),
      act({ kind: 'approve', vault: 2, nth: 0, alone: false, fit: false }, 'ben'),
    ],
    shows: /proposals is \[\{.*\}\], not \[\]/,
  },
  {
    bug: 'a payment that outlives those who agreed to it',
    edits: [['VaultApprovals', /(?<=self\.drop\(kind\) \}\n) {12}self\.approvedBeyond = 0\.0\n/, '']],
    actions: [
      payment(1n),
      approve('ann'),
      approve('ben'),
      replaceAnn,
      act({ kind: 'approve', vault: 2, nth: 0, alone: false, fit: false }, 'ann'),
      act({ kind: 'approve', vault: 2, nth: 0, alone: false, fit: false }, 'ben'),
    ],
    shows: /approvedBeyond is "0.00000001", not "0.00000000"/,
  },
  {
    bug: 'FLOW that is taken back without approvals',
    edits: [['VaultControls', /if let approvals = VaultApprovals\.of\(self\.vaultId\) \{ approvals\.useUp[^\n]*/, '']],
    actions: [request(2, 1n), passTime('now', DELAY), takeBack(2)],
    shows: /done, where the rules say not_approved/,
  },
]

/** Rules of who may do what, and from when. */
export const rightsBugs: readonly PlantedBug[] = [...inControls, ...inApprovals]
