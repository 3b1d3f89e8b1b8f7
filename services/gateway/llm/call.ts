import { AppError } from '#lib/errors/app-error.ts'
import { isWithin, readUsage, toldCounts, type UsageReading } from '#lib/gateway/usage.ts'
import { ADDED_TOKENS } from '#lib/gateway/worst-case.ts'
import { mintEventId } from '#lib/metering/event-id.ts'
import { type Usd, usd } from '#lib/money/units.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { hmacHex } from '#services/platform/crypto/hash.ts'
import type { RequestEnd } from '../idempotency/with-idempotency.ts'
import type { Facts, Payer, Placement, UsageSource, Used } from './payer.ts'
import type { PlannedRequest } from './plan-request.ts'

/** What a request came to, as its caller is told. */
export interface Outcome {
  /** Null: settled elsewhere, or not decided yet. */
  readonly costUsd: Usd | null
  readonly source: UsageSource | null
}

/** A token has about so many bytes; of a count that nobody told. */
const BYTES_PER_TOKEN = 4n

interface Identity {
  readonly requestId: string
  readonly keyId: string | null
  /** Whether an earlier try may have been sent under the same id. */
  readonly isResumed: boolean
}

/** One request from its hold to its end. Exactly one ending takes effect, in this process or another. */
export class Call {
  /** What it is called on every road of metering. */
  readonly eventId: string
  readonly requestId: string
  readonly plan: PlannedRequest
  readonly payer: Payer
  readonly startedAt: Date
  /** Milliseconds that LiteLLM took: until its first byte, and for a whole answer until its last. */
  modelMs = 0
  readonly #ctx: ServiceContext
  readonly #keyId: string | null
  readonly #isResumed: boolean
  #end: RequestEnd | null = null
  #usedTokens: bigint | null = null

  constructor(ctx: ServiceContext, plan: PlannedRequest, payer: Payer, { requestId, keyId, isResumed }: Identity) {
    const nonce = requestId.replace(/^req_/, '')
    this.eventId = mintEventId(ctx.env.litellm.webhookSecret, nonce, payer.keyHash, hmacHex)
    this.requestId = requestId
    this.plan = plan
    this.payer = payer
    this.startedAt = ctx.clock()
    this.#ctx = ctx
    this.#keyId = keyId
    this.#isResumed = isResumed
  }

  /** How it ended; null while it is under way. */
  get end(): RequestEnd | null {
    return this.#end
  }

  /** What counts against a limit of tokens; null: the most that it can use, as nobody knows better. */
  get usedTokens(): bigint | null {
    return this.#end === 'failed' ? 0n : this.#usedTokens
  }

  /** Reserves the most that the request can use. */
  hold(): Promise<Placement> {
    const { tokens, inputTokens, outputTokens } = this.plan.worst
    const { timeoutMs, drainMs } = this.#ctx.env.gateway
    const facts = {
      ...this.#facts(),
      keyHash: this.payer.keyHash,
      inputBound: inputTokens.toString(),
      outputBound: outputTokens.toString(),
      labels: this.plan.labels,
    }
    const expiresAt = new Date(this.startedAt.getTime() + timeoutMs + drainMs)
    return this.payer.place({ id: this.eventId, tokens, expiresAt, facts })
  }

  /** The request was answered: what the model says that it used is paid; where it says nothing, our own count. */
  async finish(answer: unknown, text: { bytes: number; isWhole: boolean }): Promise<Outcome> {
    const reading = readUsage(answer)
    const fault = this.#faultOf(reading)
    if (fault) {
      const usage = toldCounts(answer)
      return this.#settle('answered', () => this.#review(fault, usage))
    }
    const used = typeof reading === 'string' ? this.#count(text) : { ...reading, source: 'provider' as const }
    return this.#settle('answered', () => this.#post(used, reading))
  }

  /** The request failed: it costs nothing. An earlier try may have been answered, so its hold is the sweeper's. */
  async fail(status: number): Promise<Outcome> {
    if (this.#isResumed) {
      this.leave(`a later try failed with ${status}`)
      return { costUsd: null, source: null }
    }
    return this.#settle('failed', async () => {
      await this.payer.void(this.eventId, { ...this.#facts(), status })
      return { costUsd: usd(0n), source: null }
    })
  }

  /** Nobody knows what became of it: the sweeper finds out. */
  leave(why: string): void {
    if (this.#end) return
    this.#end = 'unknown'
    this.#ctx.log.warn({ requestId: this.requestId, eventId: this.eventId, why }, 'a request’s end is not known')
  }

  #faultOf(reading: UsageReading): 'impossible' | 'above_hold' | null {
    if (reading === 'none') return null
    if (reading === 'impossible') return 'impossible'
    return isWithin(reading, this.plan.worst) ? null : 'above_hold'
  }

  /**
   * Of a call whose truth arrives later, the most that it can have used: what is charged too much is given back then,
   * what is charged too little nobody would pay. Of a call on an own key, of which nobody tells, what is likely.
   */
  #count({ bytes, isWhole }: { bytes: number; isWhole: boolean }): Used {
    const { inputTokens, outputTokens } = this.plan.worst
    const source = isWhole ? 'gateway-count' : 'estimate'
    const isTold = this.payer.ownKey === null
    const seen = BigInt(bytes) / (isTold ? 1n : BYTES_PER_TOKEN)
    const likely = seen < outputTokens ? seen : outputTokens
    if (!isTold) return { inputTokens: (inputTokens - ADDED_TOKENS) / BYTES_PER_TOKEN, outputTokens: likely, source }
    return { inputTokens, outputTokens: isWhole ? likely : outputTokens, source }
  }

  async #post(used: Used, reading: UsageReading): Promise<Outcome> {
    this.#usedTokens = used.inputTokens + used.outputTokens
    const { cachedTokens = null, reasoningTokens = null } = typeof reading === 'string' ? {} : reading
    const facts = {
      ...this.#facts(),
      endedAt: this.#ctx.clock().toISOString(),
      inputTokens: used.inputTokens.toString(),
      outputTokens: used.outputTokens.toString(),
      cachedTokens: cachedTokens?.toString() ?? null,
      reasoningTokens: reasoningTokens?.toString() ?? null,
    }
    return { costUsd: await this.payer.post(this.eventId, used, facts), source: used.source }
  }

  async #review(reason: 'impossible' | 'above_hold', usage: ReturnType<typeof toldCounts>): Promise<Outcome> {
    await this.payer.review(this.eventId, reason, { ...this.#facts(), usage })
    this.#ctx.log.error({ requestId: this.requestId, reason, usage }, 'usage that can’t be waits for a review')
    return { costUsd: null, source: null }
  }

  /** The first ending counts. One that can't be written now is the sweeper's: the caller has the answer already. */
  async #settle(how: RequestEnd, write: () => Promise<Outcome>): Promise<Outcome> {
    if (this.#end) throw new AppError('internal', 'The request has ended before.')
    this.#end = how
    try {
      return await write()
    } catch (err) {
      this.#ctx.log.error({ err, requestId: this.requestId, eventId: this.eventId }, 'a request’s end was not written')
      return { costUsd: null, source: null }
    }
  }

  #facts(): Facts {
    const { route, model, provider, power, isStream } = this.plan
    const startedAt = this.startedAt.toISOString()
    return { requestId: this.requestId, keyId: this.#keyId, route, model, provider, power, stream: isStream, startedAt }
  }
}
