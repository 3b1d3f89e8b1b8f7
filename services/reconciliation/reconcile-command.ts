import { AppError } from '#lib/errors/app-error.ts'
import { dayName } from '#lib/period/day-name.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { getReconciliation } from './get-reconciliations.ts'
import { requestReconciliation } from './request-reconciliation.ts'
import { runReconciliation } from './run-reconciliation.ts'
import { reconciliationInput, type RunDetail } from './schemas.ts'

type KeyDayView = RunDetail['days'][number]

export interface CommandInput {
  /** UTC days; yesterday when none is given. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly key?: string | undefined
}

const DAY_MS = 86_400_000

function parse(ctx: ServiceContext, { from, to, key }: CommandInput) {
  const yesterday = dayName(new Date(ctx.clock().getTime() - DAY_MS))
  const parsed = reconciliationInput.safeParse({
    from: from ?? to ?? yesterday,
    to: to ?? from ?? yesterday,
    keyHash: key,
  })
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new AppError(
    'invalid_request',
    `${issue?.path.join('.') || 'days'}: ${issue?.message}. ` +
      'Usage: npm run reconcile -- --from 2026-11-01 --to 2026-11-20 [--key <SHA-256 of a key>]',
  )
}

/**
 * Compares days with LiteLLM's books here and now, and gives the table to print; `isClear` is false when something is
 * unexplained. Throws `invalid_request` with the usage.
 */
export async function reconcileCommand(
  ctx: ServiceContext,
  input: CommandInput,
): Promise<{ text: string; isClear: boolean }> {
  const { id } = await requestReconciliation(ctx, parse(ctx, input))
  await runReconciliation(ctx, id)
  const detail = await getReconciliation(ctx, { runId: id })
  return { text: describeRun(detail), isClear: detail.run.status === 'done' && detail.run.unexplained === 0 }
}

const COLUMNS = [12, 8, 10, 34, 34, 12] as const
const line = (cells: readonly string[]): string =>
  cells
    .map((cell, i) => cell.padEnd(COLUMNS[i] ?? 0))
    .join(' ')
    .trimEnd()

const side = ({ requests, inputTokens, outputTokens }: Readonly<Record<string, string>>): string =>
  `${requests} calls, ${inputTokens} in, ${outputTokens} out`

function describeDay({ day, vault, keyHash, figures, result, differences, differenceCount }: KeyDayView): string[] {
  const head = line([day, vault, `${keyHash.slice(0, 8)}…`, side(figures.litellm), side(figures.here), result])
  const shown = differences.map(({ kind, id, detail, explanation }) => {
    const why = explanation ? `explained: ${explanation}` : 'UNEXPLAINED'
    return `    ${[kind, id, detail, why].filter(Boolean).join('  ')}`
  })
  const left = differenceCount - differences.length
  return [head, ...shown, ...(left > 0 ? [`    and ${left} more`] : [])]
}

function describeRun({ run, days, more }: RunDetail): string {
  const foreign =
    run.foreignCalls === null ? '' : ` LiteLLM answered ${run.foreignCalls} calls under keys that no vault has.`
  return [
    line(['day', 'vault', 'key', 'LiteLLM', 'here', 'result']),
    ...days.flatMap(describeDay),
    ...(more ? ['and more days of keys: ask for fewer days, or one key'] : []),
    `${run.from} to ${run.to} (UTC), run ${run.id}: ${run.matches} match, ${run.explained} explained, ` +
      `${run.unexplained} unexplained.${foreign}`,
  ].join('\n')
}
