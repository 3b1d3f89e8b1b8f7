import { getSchedule, getSettings, getVault } from '../flow/cadence.generated.ts'
import type { Plain } from '../flow/json-cadence.ts'
import { parseFlow, parseUsd, parseUsdPerFlow } from '../money/decimal.ts'
import type { Flow, Usd, UsdPerFlow } from '../money/units.ts'
import type { Period } from '../period/period.ts'
import type { Mode, Schedule } from '../pricing/schedule.ts'
import { type AskNode, NodeSilent, readSealedEvents, runScript, type SealedEvent } from './ask-node.ts'
import type { BilledPeriod, Place } from './receipt.ts'

/** A reading as the contract settled it: the event `ReadingSettled`. */
export interface SettledReading {
  readonly sequence: bigint
  readonly models: ReadonlyMap<string, bigint>
  readonly root: string
  readonly eventCount: bigint
  readonly scheduleVersion: bigint
  /** The period's price so far, and what of it was charged: less when a cap or a pause limits it. */
  readonly priceUsd: Usd
  readonly chargedUsdAfter: Usd
  /** What was new with this reading, and what that was in FLOW. */
  readonly dueUsd: Usd
  readonly usdPerFlow: UsdPerFlow
  readonly flowDue: Flow
}

/** What the vault says of its latest period. */
export interface VaultOnChain {
  readonly period: Period
  readonly root: string
  readonly eventCount: bigint
}

type PlainFields = { readonly [field: string]: Plain }

const unreadable = (what: string): NodeSilent => new NodeSilent(`its ${what} can’t be read`)

/** Reads fields of a known shape; anything else is an answer that can't be read. */
function read<T>(what: string, value: Plain, reader: (fields: PlainFields) => T): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unreadable(what)
  try {
    return reader(value as PlainFields)
  } catch (error) {
    if (error instanceof NodeSilent) throw error
    throw unreadable(what)
  }
}

const text = (value: Plain): string => (typeof value === 'string' ? value : '')
const list = (value: Plain): readonly Plain[] => (Array.isArray(value) ? (value as readonly Plain[]) : [])
const whole = (value: Plain): bigint => {
  if (typeof value === 'string' && /^\d{1,78}$/.test(value)) return BigInt(value)
  throw unreadable('number')
}

/** The name that the contract's own `ReadingSettled` has; no other account can emit it. */
const settledType = ({ contract }: Pick<Place, 'contract'>): string =>
  `A.${contract.replace(/^0x/, '')}.UsageBasedSubscriptions.ReadingSettled`

function settledReading({ data }: SealedEvent): SettledReading & { vault: string; period: number } {
  return read('reading', data, (fields) => {
    const tokens = list(fields['tokens'])
    return {
      vault: whole(fields['id']).toString(),
      period: Number.parseInt(text(fields['period']), 10),
      sequence: whole(fields['sequence']),
      models: new Map(list(fields['models']).map((model, i) => [text(model), whole(tokens[i])])),
      root: text(fields['root']),
      eventCount: whole(fields['eventCount']),
      scheduleVersion: whole(fields['scheduleVersion']),
      priceUsd: parseUsd(text(fields['priceUsd'])),
      chargedUsdAfter: parseUsd(text(fields['chargedUsdAfter'])),
      dueUsd: parseUsd(text(fields['dueUsd'])),
      usdPerFlow: parseUsdPerFlow(text(fields['usdPerFlow'])),
      flowDue: parseFlow(text(fields['flowDue'])),
    }
  })
}

/** What a transaction settled of a vault's period: `unknown_transaction`, or no such reading in it, or the reading. */
export async function readSettledReading(
  ask: AskNode,
  at: Pick<Place, 'contract'> & BilledPeriod & { readonly transaction: string; readonly sequence: string },
): Promise<SettledReading | 'unknown_transaction' | 'other_reading'> {
  const events = await readSealedEvents(ask, at.transaction)
  if (events === null) return 'unknown_transaction'
  const readings = events.filter(({ type }) => type === settledType(at)).map(settledReading)
  const found = readings.find(
    ({ vault, period, sequence }) => vault === at.vault && period === at.period && sequence.toString() === at.sequence,
  )
  return found ?? 'other_reading'
}

/** The id that the contracts at an address were deployed with; null when they are not there. */
export async function readDeployment(ask: AskNode, place: Place): Promise<string | null> {
  const settings = await runScript(ask, place, getSettings, {})
  return settings === null ? null : read('settings', settings, (fields) => text(fields['deploymentId']))
}

/** The schedule that prices a period. */
export async function readSchedule(ask: AskNode, place: Place, period: Period): Promise<Schedule | null> {
  const schedule = await runScript(ask, place, getSchedule, { period })
  return schedule === null ? null : read('schedule', schedule, scheduleOf)
}

const modeOf = (value: Plain): Mode => {
  if (value === 'volume' || value === 'graduated') return value
  throw unreadable('schedule')
}

const scheduleOf = (fields: PlainFields): Schedule => ({
  version: whole(fields['version']),
  effectiveFrom: Number.parseInt(text(fields['effectiveFrom']), 10),
  mode: modeOf(fields['mode']),
  tiers: list(fields['tiers']).map((tier) =>
    read('schedule', tier, ({ name, upTo, usdPer1K, discountBps }) => ({
      name: text(name),
      upTo: upTo === null ? null : whole(upTo),
      usdPer1K: parseUsd(text(usdPer1K)),
      discountBps: whole(discountBps),
    })),
  ),
  multipliers: list(fields['multipliers']).map((multiplier) =>
    read('schedule', multiplier, ({ parts, bps }) => ({ all: list(parts).map(text), bps: whole(bps) })),
  ),
})

/** The vault's latest period as the contract keeps it; null when there is no such vault. */
export async function readVault(ask: AskNode, place: Place, vault: string): Promise<VaultOnChain | null> {
  const report = await runScript(ask, place, getVault, { id: BigInt(vault) })
  if (report === null) return null
  return read('vault', report, ({ period, root, eventCount }) => ({
    period: Number.parseInt(text(period), 10),
    root: text(root),
    eventCount: whole(eventCount),
  }))
}
