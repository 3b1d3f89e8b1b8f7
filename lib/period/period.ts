import { AppError } from '../errors/app-error.ts'

/** A billing period, the UTC month of a call's start, as YYYYMM. */
export type Period = number

export function periodOf(instant: Date): Period {
  const period = instant.getUTCFullYear() * 100 + instant.getUTCMonth() + 1
  if (!isPeriod(period)) throw new AppError('period_invalid', 'The time of the call is not a valid date.')
  return period
}

export function isPeriod(value: number): value is Period {
  const month = value % 100
  return Number.isInteger(value) && value >= 200_001 && value <= 999_912 && month >= 1 && month <= 12
}

export const nextPeriod = (period: Period): Period => (period % 100 === 12 ? period + 89 : period + 1)
export const previousPeriod = (period: Period): Period => (period % 100 === 1 ? period - 89 : period - 1)

/** First instant of the period. */
export const periodStart = (period: Period): Date => new Date(Date.UTC(Math.floor(period / 100), (period % 100) - 1, 1))

/** "Nov 2026" */
export function periodLabel(period: Period): string {
  const month = periodStart(period).toLocaleString('en-US', { month: 'short', timeZone: 'UTC' })
  return `${month} ${Math.floor(period / 100)}`
}
