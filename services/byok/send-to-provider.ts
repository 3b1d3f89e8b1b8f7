import { findKeyProvider } from '#lib/byok/providers.ts'
import { providerBody } from '#lib/byok/provider-body.ts'
import { AppError } from '#lib/errors/app-error.ts'
import type { GatewayRoute } from '#lib/gateway/routes.ts'
import { isEventStream } from '#lib/gateway/sse.ts'
import type { GuardedFetch } from '#services/clients/guarded-fetch/index.ts'
import { type ProviderDeps, providerFetch } from './provider-fetch.ts'
import type { OpenedKey } from './schemas.ts'

export interface ProviderCall {
  readonly openedKey: OpenedKey
  readonly route: GatewayRoute
  /** The model as the provider calls it. */
  readonly model: string
  /** The fields that may pass; `model` is set here. */
  readonly body: Readonly<Record<string, unknown>>
  /** Ends the request, whatever it waits for. */
  readonly signal: AbortSignal
}

/** What the provider answered, unless with a redirect or by refusing the key, and the headers that may be passed on. */
export interface ProviderAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: ReadableStream<Uint8Array> | null
}

const PASSED_HEADERS = ['content-type', 'retry-after']
/** Statuses by which a provider says that there is no answer. */
const WITHOUT_BODY = [204, 205]
/** A stream passes piece by piece; a whole answer is held in memory until its end. */
const MAX_STREAM_BYTES = 64 * 1024 * 1024
const MAX_WHOLE_BYTES = 4 * 1024 * 1024
const MAX_ERROR_BYTES = 64 * 1024

type Answer = Awaited<ReturnType<GuardedFetch>>

/**
 * Sends one request with a customer's own key, once, straight to the provider. Throws `address_refused`,
 * `provider_key_refused`, `provider_refused` or `provider_unreachable`, or the signal's own reason. The key is in no
 * error: neither in these nor in what the provider says.
 */
export async function sendToProvider(deps: ProviderDeps, call: ProviderCall): Promise<ProviderAnswer> {
  const { openedKey } = call
  const answer = await ask(providerFetch(deps), call)
  if (answer.status >= 300 && answer.status < 400) {
    await letGo(answer)
    throw refused(openedKey, "answers with a redirect, which isn't followed. Check its base address.")
  }
  if (answer.status === 401) throw await keyRefused(openedKey, answer)
  const headers = new Headers()
  for (const name of PASSED_HEADERS) {
    const value = answer.headers.get(name)
    if (value !== null) headers.set(name, value)
  }
  const { status } = answer
  if (status >= 400) return { status, headers, body: new Response(await errorText(call, answer)).body }
  if (WITHOUT_BODY.includes(status)) {
    await letGo(answer)
    throw refused(openedKey, `answered with nothing (${status}).`)
  }
  const most = isEventStream(headers.get('content-type')) ? MAX_STREAM_BYTES : MAX_WHOLE_BYTES
  const body = answer.body as ReadableStream<Uint8Array> | null
  return { status, headers, body: body && bounded(openedKey, body, most) }
}

async function ask(fetch: GuardedFetch, { openedKey, route, model, body, signal }: ProviderCall): Promise<Answer> {
  const { provider, apiKey, baseUrl } = openedKey
  const known = findKeyProvider(provider)
  if (!known) throw new AppError('internal', 'The provider is not known.', { internal: `provider ${provider}` })
  try {
    return await fetch(`${baseUrl}${route}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        'content-type': 'application/json',
        accept: body['stream'] === true ? 'text/event-stream' : 'application/json',
        'user-agent': 'FlareFlow/1',
      },
      body: JSON.stringify(providerBody(known, { route, model, body })),
      signal,
    })
  } catch (error) {
    if (signal.aborted || error instanceof AppError) throw error
    throw unreachable(openedKey, error)
  }
}

/** Nothing of fetch's error goes on but its code: what it carries is not ours to vouch for. */
function faultOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(inner instanceof Error)) return 'unknown'
  return 'code' in inner ? String(inner.code) : inner.name
}

/** What it says isn't wanted, nor whether it broke off. */
const letGo = async ({ body }: Answer): Promise<void> => body?.cancel().catch(() => undefined)

const nameOf = ({ provider }: OpenedKey): string => findKeyProvider(provider)?.name ?? provider

const refused = (openedKey: OpenedKey, why: string): AppError =>
  new AppError('provider_refused', `${nameOf(openedKey)} ${why}`)

const unreachable = (openedKey: OpenedKey, fault: unknown): AppError =>
  new AppError('provider_unreachable', `${nameOf(openedKey)} does not answer right now. Try again in a moment.`, {
    internal: `${openedKey.provider}: ${faultOf(fault)}`,
  })

async function keyRefused(openedKey: OpenedKey, answer: Answer): Promise<AppError> {
  await letGo(answer)
  const name = nameOf(openedKey)
  return new AppError(
    'provider_key_refused',
    `${name} refused your own key. Replace it, or switch it off to pay with credits.`,
  )
}

/** What a provider says of a failure, without the key: some repeat what they were sent. */
async function errorText({ openedKey, signal }: ProviderCall, { body }: Answer): Promise<string> {
  const decoder = new TextDecoder()
  let [text, bytes] = ['', 0]
  try {
    for await (const chunk of body ?? []) {
      bytes += chunk.byteLength
      text += decoder.decode(chunk, { stream: true })
      // Leaving the loop cancels the rest.
      if (bytes >= MAX_ERROR_BYTES) break
    }
  } catch (error) {
    if (signal.aborted) throw error
    throw unreachable(openedKey, error)
  }
  return text.replaceAll(openedKey.apiKey, '[your key]')
}

/** The body as it comes, up to a size that no answer has. */
function bounded(openedKey: OpenedKey, body: ReadableStream<Uint8Array>, most: number): ReadableStream<Uint8Array> {
  let bytes = 0
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength
        if (bytes <= most) controller.enqueue(chunk)
        else controller.error(refused(openedKey, `answered with more than ${most / 1024 / 1024} MB.`))
      },
    }),
  )
}
