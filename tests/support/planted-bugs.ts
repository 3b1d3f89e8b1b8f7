import type { Edit } from './arena.ts'
import type { Action } from './actions.ts'
import { act, grow, passTime } from './single-actions.ts'

/** A rule of the money that a piece of code breaks once it is replaced, and a few actions at which that shows. */
export interface PlantedBug {
  readonly bug: string
  readonly edits: readonly Edit[]
  readonly actions: readonly Action[]
  /** What the property says of it. */
  readonly shows: RegExp
}

type Increase = Extract<Action, { kind: 'readings' }>['increases'][number]

const one: Increase = { vault: 0, step: 1n, month: 0, model: 'gpt-4', tokens: 1_000n, events: 1n, odd: null }
const readings = (increases: ReadonlyArray<Partial<Increase>>, ownKey = true): Action =>
  act({ kind: 'readings', increases: increases.map((each) => ({ ...one, ...each })), ownKey })
const schedule = (inMonths: number): Action => act({ kind: 'schedule', list: 2, inMonths })
const rate = (usdPerFlow: bigint, source = 'fixed'): Action => act({ kind: 'rate', usdPerFlow, source })
const source = (name: string): Action => act({ kind: 'source', name })
const once = readings([{}])
const deposit = (vault: number, amount: bigint): Action => act({ kind: 'deposit', vault, amount })
const close = (vault: number): readonly Action[] => [
  act({ kind: 'request', vault, amount: null, fit: false }),
  passTime('now', 3_600),
  act({ kind: 'takeBack', vault, fit: false }),
]
/** In volume mode a token more may cost less: the fall becomes credit. */
const credit: readonly Action[] = [deposit(0, 1_000_000_000n), grow(0, 1_000_000n), grow(0, 1n)]

const inReadings: readonly PlantedBug[] = [
  {
    bug: 'a model of any name',
    edits: [['MeterReadings', /if !letter && !sign \{ return false \}/, '']],
    actions: [readings([{ odd: 'name' }])],
    shows: /done, where the rules say model_name_invalid/,
  },
  {
    bug: 'a reading for a month to come',
    edits: [['MeterReadings', /if period > BillingPeriod.current\(\) \{ return "period_in_future" \}/, '']],
    actions: [readings([{ month: 1 }])],
    shows: /done, where the rules say period_in_future/,
  },
  {
    bug: 'a late reading in the second after the grace time',
    edits: [['MeterReadings', / - end >= graceSeconds/, ' - end > graceSeconds']],
    actions: [passTime('monthEnd', 0), passTime('graceEnd', 0), readings([{ month: -1 }])],
    shows: /done, where the rules say period_closed/,
  },
  {
    bug: 'a count that falls',
    edits: [['MeterReadings', /if reading.tokens\[i\] < count.tokens \{ return "count_fell" \}/, '']],
    actions: [grow(0, 1_000n), grow(0, -1n)],
    shows: /done, where the rules say count_fell/,
  },
  {
    bug: 'a reading that comes again',
    edits: [
      ['FlareFDCTriggers', /post \{\n {16}!result\n[\s\S]*?\n {12}\}/, 'post { true: "planted" }'],
      ['VaultUsage', / {12}if reading\.sequence == 0 \|\| reading\.sequence < self\.lastSequence [^\n]*\n/, ''],
      ['VaultUsage', / {12}if reading\.sequence == self\.lastSequence \{\n[\s\S]*?\n {12}\}\n/, ''],
      ['VaultUsage', / {12}pre \{\n {16}settlement\.reading\.sequence[\s\S]*?\n {12}\}\n/, ''],
      ['VaultUsage', / {12}post \{\n {16}self\.lastSequence[\s\S]*?\n {12}\}\n/, ''],
    ],
    actions: [grow(0, 1_000n), grow(0, 0n, { step: 0n })],
    shows: /done, where the rules say duplicate/,
  },
  {
    bug: 'a number from which none can rise',
    edits: [['VaultUsage', / {12}if reading\.sequence - self\.lastSequence > [^\n]*\n/, '']],
    actions: [grow(0, 1_000n, { step: 2n ** 32n + 1n })],
    shows: /done, where the rules say sequence_too_high/,
  },
  {
    bug: 'a signature that is not looked at',
    edits: [['FlareFDCTriggers', /return good \? nil : "bad_signature"/, 'return nil']],
    actions: [readings([{}], false)],
    shows: /done, where the rules say bad_signature/,
  },
  {
    bug: 'a bad reading that undoes its batch',
    edits: [['UsageBasedSubscriptions', /self\.skip\(trigger, reason: reason!\)/, 'panic(reason!)']],
    actions: [readings([{}, { vault: 1, odd: 'root' }])],
    shows: /root_invalid, where the rules say done,root_invalid/,
  },
]

const inPrices: readonly PlantedBug[] = [
  {
    bug: 'a price that is rounded up',
    edits: [['UsagePricing', /\(total \* 100_000_000_000\)/, '(total * 100_000_000_000) + 1']],
    actions: [grow(0, 1_000n)],
    shows: /accrued is "0.02000001", not "0.02000000"/,
  },
  {
    bug: 'prices that change within a period',
    edits: [['VaultUsage', /terms\.scheduleOfVersion\(meter\.scheduleVersion\)!/, 'terms.scheduleFor(999_912)']],
    actions: [grow(0, 1_000n), schedule(1), grow(0, 1_000n)],
    shows: /accrued is "\d\.\d{8}", not "0.04000000"/,
  },
  {
    bug: 'prices that are published without notice',
    edits: [['BillingTerms', /BillingPeriod\.now\(\) \+ self\.noticeSeconds:/, 'BillingPeriod.now():']],
    actions: [passTime('monthEnd', -86_400), schedule(1)],
    shows: /done, where the rules say no_notice/,
  },
  {
    bug: 'a fall in price that is no credit',
    edits: [['VaultUsage', /creditUsd: creditUsd \+ fall/, 'creditUsd: creditUsd']],
    actions: credit,
    shows: /creditUsd is "0.00000000", not "5.49999200"/,
  },
  {
    bug: 'credit that is not carried on',
    edits: [['VaultUsage', /self\.creditUsd = settlement\.charge\.creditUsd/, 'self.creditUsd = 0.0']],
    actions: credit,
    shows: /creditUsd is "0.00000000", not "5.49999200"/,
  },
  {
    bug: 'credit that is used again and again',
    edits: [['VaultUsage', /creditUsd: creditUsd - used/, 'creditUsd: creditUsd']],
    actions: [...credit, grow(0, 1_000n)],
    shows: /creditUsd is "5.49999200", not/,
  },
  {
    bug: 'credit that outlives its vault',
    edits: [['UsageBasedSubscriptions', /self\.usage\.lapseCredit\(\)/, 'self.usage.creditUsd']],
    actions: [...credit, ...close(0)],
    shows: /creditUsd is "5.49999200", not "0.00000000"/,
  },
  {
    bug: 'credit that a provider grants to a vault that is closed',
    edits: [['UsageBasedSubscriptions', /!self\.controls\.closed:(?= [^\n]*grantCredit)/, 'true:']],
    actions: [...close(0), act({ kind: 'credit', vault: 3, usd: 1n })],
    shows: /done, where the rules say closed/,
  },
  {
    bug: 'granted credit that takes the place of what there was',
    edits: [['VaultUsage', /self\.creditUsd = self\.creditUsd \+ usd/, 'self.creditUsd = usd']],
    actions: [act({ kind: 'credit', vault: 0, usd: 5n }), act({ kind: 'credit', vault: 0, usd: 1n })],
    shows: /Another amount would be added.*where the rules say done/s,
  },
  {
    bug: 'FLOW that is rounded up',
    edits: [['UsagePricing', /UInt256\(self\.toRaw\(usdPerFlow\)\)/, 'UInt256(self.toRaw(usdPerFlow)) + 1']],
    actions: [rate(90_000_000n), grow(0, 1_000n)],
    shows: /accrued is "0.02222223", not "0.02222222"/,
  },
  {
    bug: 'a rate that never ages',
    edits: [['BillingTerms', /\? "rate_stale" : nil/, '? nil : nil']],
    actions: [source('market'), passTime('now', 86_400), rate(100_000_000n, 'market'), passTime('now', 3_601), once],
    shows: /done, where the rules say rate_stale/,
  },
  {
    bug: 'rates that are taken from a source without notice',
    edits: [
      ['BillingTerms', /BillingPeriod\.now\(\) >= self\.source!\.activeFrom/, 'true'],
      ['BillingTerms', /self\.noticeSeconds == 0 \|\| self\.rateSource\(\)\?\.name [^:]*:/, 'true:'],
    ],
    actions: [source('market'), rate(100_000_000n, 'market')],
    shows: /done, where the rules say other_source/,
  },
  {
    bug: 'a rate that walks where it may not jump',
    edits: [['BillingTerms', /self\.rates = \(self\.recentRates\(\) \?\? first\)/, 'self.rates = first']],
    actions: [rate(150_000_000n), rate(290_000_000n)],
    shows: /done, where the rules say rate_jumps/,
  },
  {
    bug: 'a rate that jumps',
    edits: [['BillingTerms', /return raw \* 100_000_000 <= floor/, 'return true || raw * 100_000_000 <= floor']],
    actions: [rate(500_000_000n)],
    shows: /done, where the rules say rate_jumps/,
  },
]

const inFunds: readonly PlantedBug[] = [
  {
    bug: 'a deposit that pays no debt',
    edits: [
      ['VaultFunds', /let covered = self\.uncovered < self\.free\(\) \? [^\n]*/, 'let covered = 0.0'],
      ['VaultFunds', / {16}&& \(self\.uncovered == 0\.0 [^\n]*\n/, ''],
    ],
    actions: [grow(0, 1_000_000n), deposit(0, 100_000_000n)],
    shows: /debt beside FLOW that is not owed/,
  },
  {
    bug: 'debt that is forgotten',
    edits: [
      ['VaultFunds', /self\.uncovered \+ \(amount - covered\)/, 'self.uncovered'],
      ['VaultFunds', / {16}self\.accrued - before\(self\.accrued\) == amount - result\n[^:]*:\n[^\n]*\n/, ''],
    ],
    actions: [grow(0, 1_000_000n)],
    shows: /uncovered is "0.00000000", not/,
  },
  {
    bug: 'debt that outlives its vault',
    edits: [['UsageBasedSubscriptions', /let debt = self\.funds\.forgive\(\)/, 'let debt = 0.0']],
    actions: [grow(0, 1_000_000n), ...close(0)],
    shows: /uncovered is "12.50000000", not "0.00000000"/,
  },
  {
    bug: 'a refund that is not written down',
    edits: [
      ['VaultFunds', /self\.refunded = self\.refunded \+ amount/, 'self.refunded = self.refunded'],
      ['VaultFunds', /self\.deposits == self\.vault\.balance \+ self\.paid \+ self\.refunded/, 'true'],
    ],
    actions: close(0),
    shows: /deposits are not balance \+ paid \+ refunded/,
  },
  {
    bug: 'a payment that is not the whole amount',
    edits: [
      ['VaultFunds', /self\.paid = self\.paid \+ amount/, 'self.paid = self.paid + amount - 0.00000001'],
      ['VaultFunds', /self\.deposits == self\.vault\.balance \+ self\.paid \+ self\.refunded/, 'true'],
    ],
    actions: [grow(0, 1_000n), act({ kind: 'automatic', vault: 0, enabled: true })],
    shows: /deposits are not balance \+ paid \+ refunded/,
  },
]

const toGraceEnd: readonly Action[] = [passTime('monthEnd', 0), passTime('graceEnd', 0)]
const archive = act({ kind: 'archive', vault: 3, fit: false })

const inArchive: readonly PlantedBug[] = [
  {
    bug: 'an archived vault with the FLOW of its provider',
    edits: [['VaultArchive', / {8}if vault!\.funds\.balance\(\) > 0\.0 [^\n]*\n/, '']],
    actions: [
      act({ kind: 'receiver', vault: 0, offered: false }),
      grow(0, 1_000n),
      ...close(0),
      ...toGraceEnd,
      archive,
    ],
    shows: /done, where the rules say holds_flow/,
  },
  {
    bug: 'an archived vault that may be told of a reading',
    edits: [['VaultArchive', /if last != 0 && [^{]*\{/, 'if false {']],
    actions: [grow(0, 1_000n), ...close(0), archive],
    shows: /done, where the rules say month_open/,
  },
]

/** Rules of what readings make due and of where FLOW goes. */
export const chargingBugs: readonly PlantedBug[] = [...inReadings, ...inPrices, ...inFunds, ...inArchive]
