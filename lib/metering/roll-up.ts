import { portableSha256 } from '../merkle/hash.ts'
import { dayName } from '../period/day-name.ts'
import { addMeasures, type Measures } from './usage-measures.ts'
import { seriesId, seriesText, type UsageSeries } from './usage-series.ts'

/** One call's place and share. */
export interface RollupFacts {
  readonly series: UsageSeries
  readonly startedAt: Date
  readonly measures: Readonly<Measures>
}

/** The usage of a series in one hour or day. */
export interface RollupCell extends Readonly<Measures> {
  readonly seriesId: string
  /** The UTC hour's first instant ("2026-11-20T10:00:00.000Z"), or the UTC day ("2026-11-20"). */
  readonly at: string
}

export interface Rollup {
  /** With their ids, in the order of ids, as are the cells: writers that keep it never wait in a circle. */
  readonly series: readonly (UsageSeries & { readonly id: string })[]
  readonly hourly: readonly RollupCell[]
  readonly daily: readonly RollupCell[]
}

const HOUR_MS = 3_600_000

interface OpenSeries {
  readonly id: string
  readonly columns: UsageSeries
  readonly hours: Map<number, Measures>
}

/** Adds calls up by series, and by the UTC hour and day of their start. */
export function rollUp(calls: readonly RollupFacts[], hash = portableSha256): Rollup {
  const open = new Map<string, OpenSeries>()
  for (const { series: columns, startedAt, measures } of calls) {
    const text = seriesText(columns)
    let series = open.get(text)
    if (!series) open.set(text, (series = { id: seriesId(columns, hash), columns, hours: new Map() }))
    addInto(series.hours, Math.floor(startedAt.getTime() / HOUR_MS), measures)
  }
  const all = [...open.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  return {
    series: all.map(({ id, columns }) => ({ ...columns, id })),
    hourly: all.flatMap(({ id, hours }) => cellsOf(id, hours, (hour) => instant(hour).toISOString())),
    daily: all.flatMap(({ id, hours }) => cellsOf(id, daysOf(hours), (day) => day)),
  }
}

function addInto<K>(sums: Map<K, Measures>, key: K, more: Readonly<Measures>): void {
  const sum = sums.get(key)
  if (sum) addMeasures(sum, more)
  else sums.set(key, { ...more })
}

const instant = (hour: number): Date => new Date(hour * HOUR_MS)

function daysOf(hours: ReadonlyMap<number, Measures>): Map<string, Measures> {
  const days = new Map<string, Measures>()
  for (const [hour, measures] of hours) addInto(days, dayName(instant(hour)), measures)
  return days
}

const cellsOf = <K extends string | number>(id: string, sums: ReadonlyMap<K, Measures>, name: (key: K) => string) =>
  [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, measures]): RollupCell => ({ ...measures, seriesId: id, at: name(key) }))
