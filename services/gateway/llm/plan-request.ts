import { POWERS, type Power } from '#lib/credits/price-list.ts'
import { findPriceTerms, type PriceTerms } from '#lib/credits/price-request.ts'
import { AppError } from '#lib/errors/app-error.ts'
import { chooseModel, providerModel } from '#lib/gateway/catalogue.ts'
import { isSearchingModel } from '#lib/gateway/check-parts.ts'
import { type Labels, labelsOf } from '#lib/gateway/labels.ts'
import { allowedFields, type GatewayRoute } from '#lib/gateway/routes.ts'
import { type WorstCase, worstCase } from '#lib/gateway/worst-case.ts'
import { requireNamedModel } from '#lib/metering/model-name.ts'
import type { GatewayParts } from '../gateway-parts.ts'
import type { AccountCaller, GatewayCaller } from '../schemas.ts'
import { refuseModel } from './refusals.ts'

export type Body = Readonly<Record<string, unknown>>

/** A request as it will be sent, and the most that it can use. */
export interface PlannedRequest {
  readonly route: GatewayRoute
  /** LiteLLM's name of the model that was chosen. */
  readonly model: string
  readonly provider: string | null
  /** The provider's own name of the model, when the request goes to it on a key that the account brought. */
  readonly ownKeyModel: string | null
  /** What prices it in credits; null for a vault, whose prices are on chain. */
  readonly terms: PriceTerms | null
  readonly power: Power
  readonly fields: Body
  readonly isStream: boolean
  /** Whether the caller asked for the chunk with the counts. */
  readonly wantsUsage: boolean
  readonly worst: WorstCase
  readonly labels: Labels
  /** Fields that were sent and don't pass. */
  readonly ignored: readonly string[]
  /** Whether a shorter answer is welcome when a full one can't be paid for. */
  readonly mayClamp: boolean
  /** How long each answer may be now, if it was shortened to what can be paid for. */
  readonly clampedTo: number | null
}

/** Answers to one request, at most. */
const MAX_ANSWERS = 16
/** A vault is held to what it can pay, not to a power level: the longest answer of any model. */
const LONGEST_ANSWER = 128_000

/** Fields that are ours, and told to nobody as ignored. */
const OWN_FIELDS = ['power_level', 'metadata']
/** LiteLLM takes labels under one name on the older routes, where OpenAI's own has another meaning on the newer. */
const LABEL_FIELD: Readonly<Record<GatewayRoute, string>> = {
  '/chat/completions': 'metadata',
  '/completions': 'metadata',
  '/embeddings': 'metadata',
  '/responses': 'litellm_metadata',
}

const fault = (param: string, message: string): AppError =>
  new AppError('invalid_request', message, { details: { fields: [{ field: param, message }] } })

function powerOf(caller: GatewayCaller, request: Request, body: Body): Power {
  const asked = request.headers.get('x-power-level')?.trim().toLowerCase() ?? body['power_level']
  const own = caller.kind === 'account' ? caller.power : null
  if (asked === undefined || asked === null) return own ?? 'balanced'
  const power = POWERS.find((name) => name === asked)
  if (power) return power
  throw fault('power_level', `The power level must be one of ${POWERS.join(', ')}.`)
}

type Chosen = Pick<PlannedRequest, 'model' | 'provider' | 'terms' | 'ownKeyModel'>

async function chooseForAccount(
  { catalogue, prices, ownKeys, system }: GatewayParts,
  { account, models }: AccountCaller,
  { route, wanted, power }: { route: GatewayRoute; wanted: string; power: Power },
): Promise<Chosen> {
  const mode = route === '/embeddings' ? 'embedding' : 'chat'
  const ownProviders = await ownKeys.providersOf(account.id)
  const terms = { list: prices, tier: account.tier, power, models, ownProviders }
  const chosen = chooseModel(await catalogue(), wanted, mode, terms)
  if (!chosen.ok) throw refuseModel(chosen.reason, wanted)
  const { name: model, provider } = chosen.model
  const isOwn = ownProviders.includes(provider)
  const request = { provider, model, power, tier: account.tier }
  const priced = findPriceTerms(prices, request, isOwn ? system.env.byok.feeBps : undefined)
  if (!priced) throw refuseModel('model_not_priced', wanted)
  return { model, provider, terms: priced, ownKeyModel: isOwn ? providerModel(chosen.model) : null }
}

function chooseForVault(wanted: string): Chosen {
  requireNamedModel(wanted)
  if (isSearchingModel(wanted)) throw refuseModel('model_not_offered', wanted)
  return { model: wanted, provider: null, terms: null, ownKeyModel: null }
}

/** What the body asks of the stream, which the gateway itself always asks for: the counts. */
const isAsked = (options: unknown): boolean =>
  typeof options === 'object' && options !== null && 'include_usage' in options && options.include_usage === true

/** By which of its keys a credit account called, which LiteLLM can't know: to it they are all one. */
const keyLabel = ({ kind, keyId }: GatewayCaller): Body => (kind === 'account' && keyId ? { account_key: keyId } : {})

const withoutNulls = (fields: Body): Body =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined))

/** Decides what is sent for a request, and bounds it. Throws what the caller has to change. */
export async function planRequest(
  parts: GatewayParts,
  caller: GatewayCaller,
  { route, body, request }: { route: GatewayRoute; body: Body; request: Request },
): Promise<PlannedRequest> {
  const power = powerOf(caller, request, body)
  const wanted = String(body['model'])
  const chosen =
    caller.kind === 'account' ? await chooseForAccount(parts, caller, { route, wanted, power }) : chooseForVault(wanted)
  const { passed, ignored } = allowedFields(route, body)
  const isStream = passed['stream'] === true
  // LiteLLM takes it for the end user's name, whatever the labels say.
  const user = passed['user']
  const labels = { ...labelsOf(request.headers, body['metadata']), ...(user ? { end_user: String(user) } : {}) }
  const kept = withoutNulls({ ...passed, model: chosen.model })
  const { maxTokens } = parts.prices.powers[power]
  const worst = worstCase(route, kept, Buffer.byteLength(JSON.stringify(kept)), {
    maxOutputTokens: caller.kind === 'account' ? maxTokens : LONGEST_ANSWER,
    defaultOutputTokens: maxTokens,
    maxImageTokens: parts.system.env.gateway.imageTokens,
    maxAnswers: MAX_ANSWERS,
  })
  if (!worst.ok) throw fault(worst.param, worst.message)
  // What a provider keeps of a response could be named by the next, which would not show what it costs.
  const unkept = route === '/responses' ? { store: false } : {}
  const usage = isStream && route !== '/responses' ? { stream_options: { include_usage: true } } : {}
  return {
    ...chosen,
    route,
    power,
    fields: { ...kept, ...worst.limit, ...usage, ...unkept, [LABEL_FIELD[route]]: { ...labels, ...keyLabel(caller) } },
    isStream,
    wantsUsage: isAsked(body['stream_options']),
    worst,
    labels,
    ignored: ignored.filter((name) => !OWN_FIELDS.includes(name)),
    mayClamp: request.headers.get('x-clamp-max-tokens')?.trim().toLowerCase() === 'true',
    clampedTo: null,
  }
}
