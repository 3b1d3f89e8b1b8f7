import type { Readable } from 'node:stream'
import { openAiError } from '#lib/gateway/openai-error.ts'
import { createSseReader, type EventLimit, type SseEvent } from '#lib/gateway/sse.ts'
import { jsonOrNull } from '#lib/http/json-or-null.ts'
import { AppError } from '#lib/errors/app-error.ts'
import { outcomeField } from './answer-headers.ts'
import type { Call } from './call.ts'
import { passError } from './pass-error.ts'

type Json = Readonly<Record<string, unknown>>

const eventText = (data: unknown, name: string | null = null): string =>
  `${name === null ? '' : `event: ${name}\n`}data: ${JSON.stringify(data)}\n\n`

/** A JSON object that an event carries; null where it is none. */
function objectIn(data: string): Json | null {
  const value = jsonOrNull(data)
  return typeof value === 'object' && value !== null ? (value as Json) : null
}

const isFilled = (value: unknown): boolean => typeof value === 'object' && value !== null

/** Whether a chunk says something beside its counts. */
function hasContent({ choices }: Json): boolean {
  if (!Array.isArray(choices)) return false
  return choices.some((choice: unknown) => {
    const { delta, text, finish_reason: reason } = (choice ?? {}) as Json
    return Boolean(text) || Boolean(reason) || (isFilled(delta) && Object.keys(delta as Json).length > 0)
  })
}

/** The last word of a response in the newer API: it carries the counts. */
const LAST_EVENTS = ['response.completed', 'response.incomplete', 'response.failed']

/** A customer may name any server as the provider. */
const OWN_KEY_EVENT: EventLimit = {
  characters: 256 * 1024,
  tooLong: () => new AppError('provider_refused', 'The provider of your own key sent an event of more than 256 kB.'),
}

/** Statuses in which an error stands inside of an answer that began well. */
const FAILED_INSIDE = 502

/**
 * A stream of LiteLLM's on its way to a caller: events pass as they come, but for the counts, which are told when the
 * request is paid for. Read one after another, by the caller or, when they have left, by whoever drains it.
 */
export class StreamRelay {
  readonly #call: Call
  readonly #pieces: AsyncIterator<Buffer>
  readonly #reader: ReturnType<typeof createSseReader>
  readonly #decoder = new TextDecoder()
  #counts: Json | null = null
  #sample: Json | null = null
  #bytes = 0
  #isDone = false
  #hasFailed = false
  #isSettled = false

  constructor(call: Call, body: Readable) {
    this.#call = call
    this.#reader = createSseReader(call.payer.ownKey ? OWN_KEY_EVENT : undefined)
    this.#pieces = body[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  }

  /** The next text for the caller; null at the end. Throws when the stream breaks. */
  async next(): Promise<string | null> {
    while (!this.#isDone) {
      const piece = await this.#pieces.next()
      const text = piece.done ? await this.#lastWords('') : await this.#take(piece.value)
      if (piece.done) this.#isDone = true
      if (text !== '') return text
    }
    return null
  }

  /** The stream won't be read to its end: what was seen of it is counted. */
  async giveUp(): Promise<void> {
    this.#isDone = true
    if (!this.#isSettled) await this.#settle(false)
  }

  /** The stream broke, and nobody knows what was used: the text that tells the caller. */
  breakOff(error: AppError): string {
    this.#isDone = true
    if (!this.#isSettled) this.#call.leave(error.internal)
    this.#isSettled = true
    const { status, publicMessage: message, code } = error
    return eventText(openAiError(status, { message, code }))
  }

  async #take(piece: Buffer): Promise<string> {
    let text = ''
    for (const event of this.#reader.push(this.#decoder.decode(piece, { stream: true }))) {
      text += await this.#pass(event)
    }
    return text
  }

  async #pass(event: SseEvent): Promise<string> {
    const { data, raw, name } = event
    if (data === null) return raw
    if (data === '[DONE]') return this.#lastWords(raw)
    this.#bytes += Buffer.byteLength(data)
    if (data.startsWith('{"error"')) return this.#passFailure(data, raw)
    if (this.#call.plan.route === '/responses') return this.#passResponse(data, raw, name)
    return this.#passChunk(data, raw)
  }

  #passFailure(data: string, raw: string): string {
    const failure = objectIn(data)
    if (!failure || !isFilled(failure['error'])) return raw
    this.#hasFailed = true
    return eventText(passError(FAILED_INSIDE, failure))
  }

  #passChunk(data: string, raw: string): string {
    if (this.#sample !== null && !data.includes('"usage"')) return raw
    const chunk = objectIn(data)
    if (!chunk) return raw
    this.#sample ??= chunk
    if (!isFilled(chunk['usage'])) return raw
    this.#counts = chunk
    const { usage: _, ...rest } = chunk
    return hasContent(chunk) ? eventText(rest) : ''
  }

  async #passResponse(data: string, raw: string, name: string | null): Promise<string> {
    const event = LAST_EVENTS.some((last) => data.includes(last)) ? objectIn(data) : null
    if (!event || !LAST_EVENTS.includes(String(event['type']))) return raw
    this.#counts = event
    this.#hasFailed = event['type'] === 'response.failed'
    const flareflow = await this.#settle(true)
    return eventText({ ...event, flareflow }, name ?? String(event['type']))
  }

  /** What stands at the end of a stream, before the words that end it. */
  async #lastWords(raw: string): Promise<string> {
    if (this.#isSettled) return raw
    const flareflow = await this.#settle(true)
    if (this.#call.plan.route === '/responses') return raw
    const { wantsUsage } = this.#call.plan
    const { id, object, created, model } = this.#sample ?? {}
    const about = { id, object, created, model }
    const own =
      wantsUsage && this.#counts
        ? { ...this.#counts, choices: [], flareflow }
        : { ...about, choices: [{ index: 0, delta: {}, finish_reason: null }], flareflow }
    return eventText(own) + raw
  }

  async #settle(isWhole: boolean): Promise<ReturnType<typeof outcomeField>> {
    this.#isSettled = true
    const isFree = this.#hasFailed && !this.#counts?.['usage']
    const outcome = isFree
      ? await this.#call.fail(FAILED_INSIDE)
      : await this.#call.finish(this.#counts, { bytes: this.#bytes, isWhole })
    return outcomeField(this.#call, outcome)
  }
}
