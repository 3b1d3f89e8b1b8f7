import * as z from 'zod'
import type { ErrorCode } from '#lib/errors/codes.ts'
import { REQUEST_BODIES } from '#lib/gateway/request-bodies.ts'
import type { GatewayRoute as LlmRoute } from '#lib/gateway/routes.ts'
import { defineGatewayRoute, type GatewayRoute } from '../define-gateway-route.ts'
import { serveLlm } from '../llm/serve-llm.ts'

const HEADERS = {
  'X-Power-Level': 'eco, balanced (default) or precision: price, longest answer, and who answers.',
  'X-Clamp-Max-Tokens':
    'true: rather a shorter answer than none, when credits are short. x-clamped-max-tokens says how long.',
  'Idempotency-Key': 'A retry with the same key and body gets the first answer again, and is paid once.',
}

const ERRORS: readonly ErrorCode[] = [
  'account_frozen',
  'address_refused',
  'cap_held',
  'cap_reached',
  'chain_unreachable',
  'funds_held',
  'gateway_busy',
  'idempotency_conflict',
  'insufficient_credits',
  'limit_reached',
  'litellm_refused',
  'litellm_unreachable',
  'model_name_invalid',
  'model_not_allowed',
  'model_not_found',
  'model_not_priced',
  'provider_key_refused',
  'provider_refused',
  'provider_unreachable',
  'request_in_progress',
  'upstream_timed_out',
  'insufficient_vault',
  'too_many_models',
  'vault_blocked',
  'vault_funds_held',
]

const SUMMARIES: Readonly<Record<LlmRoute, string>> = {
  '/chat/completions': 'Answers a conversation, whole or as a stream',
  '/completions': 'Continues a text, whole or as a stream',
  '/embeddings': 'Turns texts into vectors',
  '/responses': "Answers in the shape of OpenAI's Responses API, whole or as a stream",
}

/** What LiteLLM answers is passed on as it is; its cost stands in the headers, or in the last chunk of a stream. */
const answered = z
  .looseObject({})
  .describe('The answer of OpenAI’s own API, passed on as it is. A stream’s last chunk has `flareflow.cost_usd`.')

const llmRoute = (route: LlmRoute): GatewayRoute =>
  defineGatewayRoute(
    {
      method: 'POST',
      path: route,
      auth: 'caller',
      summary: SUMMARIES[route],
      body: REQUEST_BODIES[route],
      response: answered,
      headers: HEADERS,
      errors: ERRORS,
    },
    (input) => serveLlm(route, input),
  )

/** The models themselves. */
export const llmRoutes: readonly GatewayRoute[] = (Object.keys(REQUEST_BODIES) as LlmRoute[]).map(llmRoute)
