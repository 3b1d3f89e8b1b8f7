import type { NoticeTone } from '#components/ui/notice.tsx'
import type { Checked } from '#hooks/check-document.ts'
import { showTokensExact } from '#lib/format/tokens.ts'
import { periodLabel } from '#lib/period/period.ts'

export interface Verdict {
  readonly tone: NoticeTone
  readonly title: string
  readonly text: string
}

/** Neither good nor bad: there is nothing to compare with yet, or nobody to ask. */
const UNDECIDED: Record<string, string> = {
  node_silent: 'The Flow node gave no answer.',
  not_settled: 'This request is not settled yet.',
}

/** What a finished check comes to, in a sentence and an explanation. */
export function verdictOf({ kind, check }: Checked): Verdict {
  const at = check.steps.findIndex(({ outcome }) => outcome === 'failed')
  const fault = check.steps[at]
  if (!fault) return kind === 'bill' ? provenBill(check) : provenReceipt(check)
  const undecided = UNDECIDED[fault.reason ?? '']
  if (undecided) return { tone: 'warn', title: undecided, text: fault.detail }
  if (fault.reason === 'form')
    return { tone: 'bad', title: 'This is neither a receipt nor a bill.', text: fault.detail }
  const title = kind === 'bill' ? 'This bill doesn’t match the chain.' : 'This receipt doesn’t match the chain.'
  const keep = 'Keep the file: it shows what you were told.'
  return { tone: 'bad', title, text: `Step ${at + 1}: ${fault.detail} ${keep}` }
}

type Of<K extends Checked['kind']> = Extract<Checked, { kind: K }>['check']

function provenBill({ header }: Of<'bill'>): Verdict {
  const month = header ? periodLabel(header.period) : 'the month'
  const count = header ? showTokensExact(BigInt(header.reading.eventCount)) : ''
  const text = `The ${count} requests of ${month} add up to what Flow charged, to the last 0.00000001, and there is nothing else in it.`
  return { tone: 'ok', title: 'This bill is right.', text }
}

function provenReceipt({ receipt, request }: Of<'receipt'>): Verdict {
  const month = receipt ? periodLabel(receipt.period) : 'the month'
  const what = request ? `${showTokensExact(request.billableTokens)} tokens of ${request.model}` : 'a request'
  const text = `The bill of ${month} contains it, as ${what}. Whether it contains anything else, the whole bill shows.`
  return { tone: 'ok', title: 'This request is on the bill that Flow has.', text }
}
