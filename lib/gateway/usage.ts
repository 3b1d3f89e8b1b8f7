import { isRecord } from '../http/is-record.ts'

/** Tokens as the model reported them. */
export interface ReportedUsage {
  readonly inputTokens: bigint
  readonly outputTokens: bigint
  readonly cachedTokens: bigint | null
  readonly reasoningTokens: bigint | null
}

/** A count that can be one: null when it is absent, undefined when it is there and makes no sense. */
function countOf(value: unknown): bigint | null | undefined {
  if (value === undefined || value === null) return null
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined
}

function first(record: Record<string, unknown>, names: readonly string[]): unknown {
  const name = names.find((each) => record[each] !== undefined && record[each] !== null)
  return name === undefined ? undefined : record[name]
}

/** `none`: nothing was reported. `impossible`: counts that can't be, which somebody must look at. */
export type UsageReading = ReportedUsage | 'none' | 'impossible'

/** The object that holds an answer's counts, where there is one. */
function usageOf(answer: unknown): Record<string, unknown> | null {
  const holder = isRecord(answer) && isRecord(answer['response']) ? answer['response'] : answer
  const usage = isRecord(holder) ? holder['usage'] : undefined
  return isRecord(usage) ? usage : null
}

const COUNTS = ['prompt_tokens', 'input_tokens', 'completion_tokens', 'output_tokens', 'total_tokens']
const DETAILS = ['prompt_tokens_details', 'input_tokens_details', 'completion_tokens_details', 'output_tokens_details']
const DETAIL_COUNTS = ['cached_tokens', 'reasoning_tokens']

/**
 * What an answer says of its tokens, for whoever looks at counts that can't be: numbers under known names, and of
 * anything else its type alone. A model's server may put there what it likes.
 */
export function toldCounts(answer: unknown): Record<string, unknown> {
  const told = (value: unknown): unknown => (typeof value === 'number' ? value : `a ${typeof value}`)
  const pick = (record: Record<string, unknown>, names: readonly string[]) =>
    names.filter((name) => record[name] !== undefined && record[name] !== null)
  const usage = usageOf(answer)
  if (usage === null) return {}
  const counts = pick(usage, COUNTS).map((name) => [name, told(usage[name])] as const)
  const details = pick(usage, DETAILS).map((name) => {
    const inner = usage[name]
    if (!isRecord(inner)) return [name, told(inner)] as const
    return [name, Object.fromEntries(pick(inner, DETAIL_COUNTS).map((each) => [each, told(inner[each])]))] as const
  })
  return Object.fromEntries([...counts, ...details])
}

/**
 * Reads the usage object of an answer or of a stream's last chunk, in the words of chat completions, embeddings or
 * responses. Nothing is guessed: an answer without counts has none.
 */
export function readUsage(answer: unknown): UsageReading {
  const usage = usageOf(answer)
  if (usage === null) return 'none'
  const input = countOf(first(usage, ['prompt_tokens', 'input_tokens']))
  const output = countOf(first(usage, ['completion_tokens', 'output_tokens']))
  const details = (names: readonly string[]): Record<string, unknown> => {
    const found = first(usage, names)
    return isRecord(found) ? found : {}
  }
  const cached = countOf(details(['prompt_tokens_details', 'input_tokens_details'])['cached_tokens'])
  const reasoning = countOf(details(['completion_tokens_details', 'output_tokens_details'])['reasoning_tokens'])
  if (input === null) return 'none'
  if (input === undefined || output === undefined || cached === undefined || reasoning === undefined)
    return 'impossible'
  if ((cached ?? 0n) > input || (reasoning ?? 0n) > (output ?? 0n)) return 'impossible'
  // LiteLLM writes zeros where a model told nothing: every request has something to read.
  if (input === 0n && (output ?? 0n) === 0n) return 'none'
  return { inputTokens: input, outputTokens: output ?? 0n, cachedTokens: cached, reasoningTokens: reasoning }
}

/** Whether a request that was bounded so can have used as much. */
export const isWithin = (
  { inputTokens, outputTokens }: ReportedUsage,
  bounds: { readonly inputTokens: bigint; readonly outputTokens: bigint },
): boolean => inputTokens <= bounds.inputTokens && outputTokens <= bounds.outputTokens
