import { checkParts } from './check-parts.ts'
import { GATEWAY_ROUTES, type GatewayRoute } from './routes.ts'

/** What bounds a request whose own words don't. */
export interface Bounds {
  /** The most tokens that a request may let an answer have, and those of one that sets no limit. */
  readonly maxOutputTokens: number
  readonly defaultOutputTokens: number
  /** Tokens that one image may count as, at most. */
  readonly maxImageTokens: number
  /** Answers that one request may ask for. */
  readonly maxAnswers: number
}

/** A request that can't be bounded, and therefore not be paid for: the field, and what to do about it. */
export interface Unbounded {
  readonly ok: false
  readonly param: string
  readonly message: string
}

export interface WorstCase {
  readonly ok: true
  /** Input and output tokens that the request can cost, at most. */
  readonly tokens: bigint
  readonly inputTokens: bigint
  readonly outputTokens: bigint
  /** Answers that were asked for. */
  readonly answers: number
  /** Fields to send in place of the caller's: what bounds each answer. Empty where there is no answer. */
  readonly limit: Readonly<Record<string, number>>
}

const refuse = (param: string, message: string): Unbounded => ({ ok: false, param, message })

/** What providers write around a prompt, its tools or its schema, and bill: no byte of the request shows it. */
export const ADDED_TOKENS = 1_000n

const wholeAbove = (value: unknown, least: number): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= least ? value : null

/** Prompts in one request: a list of texts, or of lists of tokens, has an answer to each. */
function promptsOf(prompt: unknown): number {
  if (!Array.isArray(prompt)) return 1
  return typeof prompt[0] === 'string' || Array.isArray(prompt[0]) ? prompt.length : 1
}

function answersOf(body: Readonly<Record<string, unknown>>, most: number): number | Unbounded {
  let answers = 1
  for (const param of ['n', 'best_of']) {
    const asked = body[param]
    if (asked === undefined || asked === null) continue
    const count = wholeAbove(asked, 1)
    if (count === null || count > most) return refuse(param, `${param} must be a whole number from 1 to ${most}.`)
    answers = Math.max(answers, count)
  }
  const prompts = promptsOf(body['prompt'])
  if (prompts * answers > most) return refuse('prompt', `A request may ask for ${most} answers at most.`)
  return prompts * answers
}

function limitOf(
  route: GatewayRoute,
  body: Readonly<Record<string, unknown>>,
  { maxOutputTokens, defaultOutputTokens }: Bounds,
): { tokens: number; set: Record<string, number> } | Unbounded {
  const names: readonly string[] = GATEWAY_ROUTES[route].limits
  const [newest] = names
  if (newest === undefined) return { tokens: 0, set: {} }
  const set: Record<string, number> = {}
  for (const param of names) {
    const asked = body[param]
    if (asked === undefined || asked === null) continue
    const count = wholeAbove(asked, 1)
    if (count === null) return refuse(param, `${param} must be a whole number above 0.`)
    if (count > maxOutputTokens) return refuse(param, `${param} may be ${maxOutputTokens} at most here.`)
    set[param] = count
  }
  // LiteLLM knows the older name for every provider.
  const name = route === '/chat/completions' ? 'max_tokens' : newest
  if (Object.keys(set).length === 0) set[name] = defaultOutputTokens
  return { tokens: Math.max(...Object.values(set)), set }
}

/**
 * The most tokens that a request can cost: every byte of it as a token (a token is a byte at least), what providers
 * add, the declared maximum for images, and as many answers as asked for, each as long as allowed. What nothing bounds
 * is refused.
 */
export function worstCase(
  route: GatewayRoute,
  body: Readonly<Record<string, unknown>>,
  bodyBytes: number,
  bounds: Bounds,
): WorstCase | Unbounded {
  const parts = checkParts(route, body)
  if (!parts.ok) return refuse(parts.field, parts.message)
  const answers = answersOf(body, bounds.maxAnswers)
  if (typeof answers !== 'number') return answers
  const limit = limitOf(route, body, bounds)
  if ('ok' in limit) return limit
  const images = BigInt(parts.images) * BigInt(bounds.maxImageTokens)
  const inputTokens = BigInt(bodyBytes) + images + ADDED_TOKENS
  const outputTokens = BigInt(answers) * BigInt(limit.tokens)
  return { ok: true, inputTokens, outputTokens, tokens: inputTokens + outputTokens, answers, limit: limit.set }
}

/** The same request with shorter answers, so that it costs at most `tokens`; null when not even one token is left. */
export function clampTo(worst: WorstCase, tokens: bigint): WorstCase | null {
  const perAnswer = (tokens - worst.inputTokens) / BigInt(worst.answers)
  const limits = Object.entries(worst.limit)
  if (perAnswer < 1n || limits.length === 0) return null
  const most = Number(perAnswer)
  const limit = Object.fromEntries(limits.map(([name, count]) => [name, Math.min(count, most)]))
  const outputTokens = BigInt(worst.answers) * BigInt(Math.max(...Object.values(limit)))
  return { ...worst, limit, outputTokens, tokens: worst.inputTokens + outputTokens }
}
