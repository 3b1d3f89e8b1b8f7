import { formatFlow, formatUsd, formatUsdPerFlow } from '../money/decimal.ts'
import { priceUsage, type Usage, usdToFlow } from '../pricing/price-usage.ts'
import { type BillTally, type BillTotals, createBillTally, LEAVES } from './bill-tally.ts'
import { checkPlace } from './check-place.ts'
import { checkReading } from './check-reading.ts'
import { parseBillHeader } from './parse-receipt.ts'
import { readSchedule, readVault, type SettledReading } from './read-chain.ts'
import type { BillHeader } from './receipt.ts'
import { askingStep, failed, hasFailed, note, ok, type Node, type Step, type Trust } from './step.ts'

export interface BillCheck {
  /** Null when the first line heads no bill. */
  readonly header: BillHeader | null
  readonly steps: readonly Step[]
  readonly isProven: boolean
}

/** A bill that is read line by line, at whatever pace suits the reader, and checked at its end. */
export interface BillReader {
  /** False when nothing further has to be read. */
  add(line: string): boolean
  /** Lines of requests so far, and how many the bill says it has; null before its first line. */
  progress(): { readonly read: number; readonly of: number } | null
  check(trust: Trust): Promise<BillCheck>
}

const FORM = 'The bill begins as a bill does'
const ROOT = 'All requests together give the bill’s root'
const SUMS = 'The requests’ tokens add up to the bill'
const PRICE = 'The price on Flow is the price of these tokens'
const CHARGE = 'What was charged follows from the price'
const LATEST = 'It is the vault’s last reading of the month'

export function createBillReader(): BillReader {
  let header: BillHeader | null = null
  let tally: BillTally | null = null
  let fault: Step = failed(FORM, 'form', 'It is empty.')

  function begin(line: string): boolean {
    const parsed = parseBillHeader(line)
    if (!parsed.ok) {
      fault = failed(FORM, 'form', `${parsed.fault}. It was changed, cut short, or is something else.`)
      return false
    }
    header = parsed.value
    tally = createBillTally(header)
    return true
  }
  return {
    add: (line) => (tally ? tally.add(line) : begin(line)),
    progress: () =>
      header && tally ? { read: tally.totals().count, of: Number.parseInt(header.reading.eventCount, 10) } : null,
    check: async (trust) => {
      if (!header || !tally) return { header: null, steps: [fault], isProven: false }
      const steps = await checkAll(header, tally.totals(), trust)
      return { header, steps, isProven: !steps.some(hasFailed) }
    },
  }
}

async function checkAll(header: BillHeader, totals: BillTotals, trust: Trust): Promise<Step[]> {
  const form = ok(FORM, `Vault ${header.vault}, ${header.period}, reading ${header.reading.sequence}.`)
  const steps = [form, checkLeaves(header, totals)]
  if (!steps.some(hasFailed)) steps.push(checkRoot(header, totals), checkSums(header, totals))
  if (!steps.some(hasFailed)) steps.push(...(await checkPlace(header, trust)))
  if (steps.some(hasFailed)) return steps
  const { steps: found, reading } = await checkReading(header, trust.node)
  steps.push(...found)
  if (reading === null || steps.some(hasFailed)) return steps
  const usage = totals.deleted > 0 ? reading.models : totals.tokens
  steps.push(await checkPrice(header, reading, usage, trust.node), checkCharge(reading))
  steps.push(await checkLatest(header, reading, trust.node))
  return steps
}

function checkLeaves({ reading }: BillHeader, { count, fault, deleted }: BillTotals): Step {
  if (fault) return fault
  if (count.toString() !== reading.eventCount) {
    const detail = `It has ${count} lines of requests and should have ${reading.eventCount}. Some are missing or too many.`
    return failed(LEAVES, 'leaf_missing', detail)
  }
  const gone = deleted > 0 ? `; of ${deleted} the details were deleted, and only the hash is left` : ''
  return ok(LEAVES, `${count} requests${gone}.`)
}

function checkRoot({ root }: BillHeader, totals: BillTotals): Step {
  if (totals.root === root) return ok(ROOT, root)
  const detail = `They give ${totals.root}, the bill has ${root}. A request was changed, added or left out.`
  return failed(ROOT, 'root_computed', detail)
}

function checkSums({ reading }: BillHeader, { deleted, tokens }: BillTotals): Step {
  if (deleted > 0) return note(SUMS, `They can’t be added up: the details of ${deleted} requests were deleted.`)
  const isSame =
    tokens.size === reading.models.length &&
    reading.models.every((each) => tokens.get(each.model)?.toString() === each.tokens)
  if (isSame) return ok(SUMS, reading.models.map((each) => `${each.model} ${each.tokens}`).join(', '))
  const summed = [...tokens].map(([model, count]) => `${model} ${count}`).join(', ')
  return failed(SUMS, 'sums_differ', `The requests come to ${summed || 'nothing'}; the bill says otherwise.`)
}

const checkPrice = (header: BillHeader, reading: SettledReading, usage: Usage, node: Node): Promise<Step> =>
  askingStep(PRICE, async () => {
    const schedule = await readSchedule(node.ask, header, header.period)
    if (schedule === null || schedule.version !== reading.scheduleVersion) {
      const version = schedule?.version ?? 'none'
      const detail = `Flow priced it by schedule ${reading.scheduleVersion}, and has ${version} for ${header.period}.`
      return failed(PRICE, 'price_differs', detail)
    }
    const { usd, tier, totalTokens } = priceUsage(schedule, usage)
    const priced = `${totalTokens} tokens in tier ${tier.name} of schedule ${schedule.version}: ${formatUsd(usd)} USD`
    if (usd === reading.priceUsd) return ok(PRICE, `${priced}, computed here and on Flow.`)
    return failed(PRICE, 'price_differs', `${priced} as computed here, ${formatUsd(reading.priceUsd)} USD on Flow.`)
  })

function checkCharge({ priceUsd, chargedUsdAfter, dueUsd, usdPerFlow, flowDue }: SettledReading): Step {
  const flow = usdToFlow(dueUsd, usdPerFlow)
  if (chargedUsdAfter > priceUsd || flow !== flowDue) {
    const detail =
      `Charged ${formatUsd(chargedUsdAfter)} of ${formatUsd(priceUsd)} USD; ${formatUsd(dueUsd)} USD at ` +
      `${formatUsdPerFlow(usdPerFlow)} are ${formatFlow(flow)} FLOW, Flow took ${formatFlow(flowDue)}. It is too much.`
    return failed(CHARGE, 'charge_differs', detail)
  }
  const less = chargedUsdAfter < priceUsd ? ' A cap, an expiry or a pause kept the rest from being charged.' : ''
  const detail =
    `Charged for the month so far: ${formatUsd(chargedUsdAfter)} USD. New with this reading: ${formatUsd(dueUsd)} USD, ` +
    `at ${formatUsdPerFlow(usdPerFlow)} USD for 1 FLOW ${formatFlow(flowDue)} FLOW.${less}`
  return ok(CHARGE, detail)
}

const checkLatest = (header: BillHeader, reading: SettledReading, node: Node): Promise<Step> =>
  askingStep(LATEST, async () => {
    const vault = await readVault(node.ask, header, header.vault)
    if (vault?.period !== header.period) {
      return note(
        LATEST,
        'The vault has gone on to another month, and Flow keeps no closed one: this can’t be told any more.',
      )
    }
    if (vault.root === reading.root) return ok(LATEST, `No later reading of ${header.period} was settled so far.`)
    return note(LATEST, `A later reading has ${vault.eventCount} requests. Fetch the bill again to check that one.`)
  })
