import type * as z from 'zod'
import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { discardDraft } from './discard-draft.ts'
import { getCostTables } from './get-cost-tables.ts'
import { importCostTable } from './import-cost-table.ts'
import { previewRerating } from './preview-rerating.ts'
import { publishCostTable } from './publish-cost-table.ts'
import { type CostTableView, importInput, type PreviewView, publishInput } from './schemas.ts'

interface Command {
  /** list · import · preview, publish or discard with a version. */
  readonly words: readonly string[]
  /** First hour that an import prices; the next one if absent. */
  readonly from?: string | undefined
  readonly note?: string | undefined
  /** Of the preview, to publish. */
  readonly hash?: string | undefined
}

const USAGE =
  'Usage: npm run cost-table -- list | import [--from 2026-11-01T00:00:00Z] [--note TEXT] | preview VERSION | ' +
  'publish VERSION --hash PREVIEW | discard VERSION'
const HOUR_MS = 3_600_000

/** What the command line asks of cost tables, as the lines to print. Throws as the verbs do. */
export async function* costTableCommand(ctx: ServiceContext, command: Command): AsyncGenerator<string> {
  const [verb, word = ''] = command.words
  const version = /^[1-9]\d{0,8}$/.test(word) ? Number.parseInt(word, 10) : null
  if (verb === 'list') yield* (await getCostTables(ctx)).tables.map(tableLine)
  else if (verb === 'import') yield* importLines(ctx, command)
  else if (version === null) throw new AppError('invalid_request', USAGE)
  else if (verb === 'preview') yield* previewLines(await previewRerating(ctx, { version }))
  else if (verb === 'publish') {
    const { previewHash } = parse(publishInput, { previewHash: command.hash ?? '' })
    yield tableLine(await publishCostTable(ctx, { version, previewHash }))
  } else if (verb === 'discard') {
    await discardDraft(ctx, { version })
    yield `There is no draft ${version} any more.`
  } else throw new AppError('invalid_request', USAGE)
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new AppError('invalid_request', `${issue?.path.join('.') ?? 'The command'} ${issue?.message ?? ''}.\n${USAGE}`)
}

async function* importLines(ctx: ServiceContext, { from, note }: Command): AsyncGenerator<string> {
  const next = new Date(Math.ceil(ctx.clock().getTime() / HOUR_MS) * HOUR_MS).toISOString()
  const { table, notes } = await importCostTable(ctx, parse(importInput, { effectiveFrom: from ?? next, note }))
  yield tableLine(table)
  yield* notes
  yield `Look at what it changes: npm run cost-table -- preview ${table.version}`
}

const tableLine = ({ version, status, effectiveFrom, note }: CostTableView): string =>
  [`${version}`.padStart(4), status.padEnd(9), effectiveFrom, note].join('  ')

function* previewLines({ version, touched, totals, differences, more, previewHash }: PreviewView): Generator<string> {
  if (!touched) yield 'It changes no hour that has passed.'
  else yield `It prices ${touched.from} to ${touched.to}: ${totals.before} USD becomes ${totals.after} USD.`
  if (totals.unratedAfter !== '0')
    yield `${totals.unratedAfter} tokens have no rate in it (${totals.unratedBefore} now).`
  for (const row of differences) {
    yield [row.month, row.account, row.provider || '–', row.model, row.before, '→', row.after].join('  ')
  }
  if (more > 0) yield `and ${more} more.`
  yield `Publish it: npm run cost-table -- publish ${version} --hash ${previewHash}`
}
