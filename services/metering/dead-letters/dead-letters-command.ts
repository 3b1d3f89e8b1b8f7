import type * as z from 'zod'
import { AppError } from '#lib/errors/app-error.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { discardDeadLetters } from './discard-dead-letters.ts'
import { fixDeadLetter } from './fix-dead-letter.ts'
import { getDeadLetter } from './get-dead-letter.ts'
import { listDeadLetters } from './list-dead-letters.ts'
import { replayDeadLetters } from './replay-dead-letters.ts'
import { discardInput, fixInput, letterFilter, letterId, letterQuery, type LetterView } from './schemas.ts'

interface Command {
  /** list · show, fix, replay or discard with numbers. */
  readonly words: readonly string[]
  /** The filter of a list or a replay: state, reason, road, from, to, before, limit. */
  readonly options: Readonly<Record<string, unknown>>
  /** Replays every open letter of the filter. */
  readonly all: boolean
  /** Why letters are given up. */
  readonly because: string
  /** JSON that a fix puts in place of the payload. */
  readonly payload: string
}

const USAGE = `Usage: npm run dead-letters -- COMMAND
  list    [--state open|resolved|all] [--reason R] [--road R] [--from TIME] [--to TIME] [--before N] [--limit N]
  show    N
  fix     N < payload.json
  replay  N … | --all [--reason R] [--road R] [--from TIME] [--to TIME]
  discard N … --because TEXT`

/** What the command line asks of dead letters, as the lines to print. Throws as the verbs do. */
export async function* deadLettersCommand(ctx: ServiceContext, command: Command): AsyncGenerator<string> {
  const [verb, ...numbers] = command.words
  const ids = numbers.map((text) => parse(letterId, text))
  const [id] = ids
  if (verb === 'list' && id === undefined) yield* listLines(ctx, command)
  else if (verb === 'replay' && command.all !== ids.length > 0) yield* replayLines(ctx, command, ids)
  else if (id === undefined) throw new AppError('invalid_request', USAGE)
  else if (verb === 'show') yield JSON.stringify(await getDeadLetter(ctx, { id }), null, 2)
  else if (verb === 'fix' && ids.length === 1) {
    const { payload } = parse(fixInput, { payload: jsonOf(command.payload) })
    yield `${lineOf(await fixDeadLetter(ctx, { id, payload }))}\nReplay it: npm run dead-letters -- replay ${id}`
  } else if (verb === 'discard') {
    const { reason } = parse(discardInput, { reason: command.because })
    await discardDeadLetters(ctx, { ids, reason })
    yield `${ids.length} given up.`
  } else throw new AppError('invalid_request', USAGE)
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new AppError('invalid_request', `${issue?.path.join('.') || 'A number'}: ${issue?.message}.\n${USAGE}`)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('invalid_request', `What a fix reads from its input must be JSON.\n${USAGE}`, { cause })
  }
}

const lineOf = ({ id, receivedAt, road, reason, detail, resolution }: LetterView): string =>
  [id.padStart(6), receivedAt, road.padEnd(7), reason, detail, resolution].filter(Boolean).join('  ')

async function* listLines(ctx: ServiceContext, { options }: Command): AsyncGenerator<string> {
  const { total, letters, next } = await listDeadLetters(ctx, parse(letterQuery, options))
  yield* letters.map(lineOf)
  yield `${total} dead letters.`
  if (next !== null) yield `Older ones: --before ${next}`
}

async function* replayLines(ctx: ServiceContext, { options }: Command, ids: readonly bigint[]): AsyncGenerator<string> {
  const input = ids.length > 0 ? { ids } : { filter: parse(letterFilter, options) }
  const { resolved, left } = await replayDeadLetters(ctx, input)
  for (const { id, reason, detail } of left) yield [id.padStart(6), reason, detail].filter(Boolean).join('  ')
  yield `${resolved} stored, ${left.length} left.`
}
