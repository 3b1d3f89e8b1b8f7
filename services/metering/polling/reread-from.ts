import * as z from 'zod'
import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { requireCollector } from '../require-collector.ts'
import { moveWatermarksBack } from './store.ts'

const day = z.iso.date().transform((text) => new Date(`${text}T00:00:00Z`))

/**
 * Has every key's rows read again from a day (UTC, YYYY-MM-DD) on, for the case that a database was restored or rows of
 * LiteLLM's came later than the poll lag. Calls that are stored stay stored once.
 */
export async function rereadFrom(ctx: ServiceContext, from: string): Promise<void> {
  requireCollector(ctx.actor)
  const parsed = day.safeParse(from)
  if (!parsed.success) throw new AppError('invalid_request', 'The day is written like 2026-11-01.')
  await moveWatermarksBack(ctx.db, parsed.data)
}
