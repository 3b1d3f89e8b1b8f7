import type { ErrorCode } from '#lib/errors/codes.ts'
import { type ApiDescription, buildDocument, type OpenApiDocument } from '#lib/openapi/build-document.ts'
import type { DocumentedRoute } from '#lib/openapi/documented-route.ts'
import type { GatewayRoute, GatewayRouteSpec } from '../define-gateway-route.ts'
import { GATEWAY_BASE } from '../match-route.ts'
import { gatewayRoutes } from '../route-table.ts'
import type { GatewayAuth } from '../schemas.ts'
import { codeSamples } from './code-samples.ts'
import { routeExamples } from './route-examples.ts'

const API: ApiDescription = {
  title: 'FlareFlow LLM API',
  version: '1',
  description:
    'OpenAI-compatible, paid for with credits or from a vault. Change the base URL of any OpenAI client to this address. ' +
    'An error of a model is passed on with its own status, and its own code or `upstream_error`.',
  basePath: GATEWAY_BASE,
  errors: ['not_found', 'method_not_allowed'],
  securitySchemes: {
    apiKey: { type: 'http', scheme: 'bearer', description: 'A key of a credit account or of a vault: sk-…' },
    oidc: {
      type: 'http',
      scheme: 'bearer',
      bearerFormat: 'JWT',
      description: 'A token of the issuer that the operator configured.',
    },
    session: {
      type: 'apiKey',
      in: 'cookie',
      name: 'flareflow_session',
      description: 'A wallet’s session. What changes something needs the dashboard’s Origin too.',
    },
  },
}

/** What an answer of a model tells beside itself. */
const PAID_HEADERS = {
  'x-flareflow-cost-usd':
    'What it cost; 0 where the model failed. Of a stream it is in the last chunk: `flareflow.cost_usd`.',
  'x-flareflow-held-usd': 'What was held while it ran: the most that it could have cost.',
  'x-flareflow-power': 'The power level that it was priced at.',
  'x-flareflow-receipt': 'Where its receipt will be. The key or token that paid opens it, and so does the session.',
  'x-flareflow-usage-source': 'Who counted: provider, gateway-count, or estimate.',
  'x-flareflow-ignored-fields': 'Fields of the body that were not passed on.',
  'x-clamped-max-tokens': 'The longest answer that was affordable, with X-Clamp-Max-Tokens.',
}

/** The ways to say who is calling, best first. */
const SCHEMES: Readonly<Record<GatewayAuth, readonly string[]>> = {
  public: [],
  caller: ['apiKey', 'oidc', 'session'],
  account: ['apiKey', 'oidc', 'session'],
  session: ['session', 'oidc'],
  admin: ['session'],
}

/** What every route may answer, beside its own codes. */
function commonErrors({ auth, body, method }: GatewayRouteSpec): ErrorCode[] {
  const reading: ErrorCode[] = ['invalid_request', 'unsupported_media_type', 'payload_too_large', 'request_timed_out']
  return [
    ...(auth === 'public' ? [] : (['invalid_api_key'] as const)),
    ...(SCHEMES[auth].includes('oidc') ? (['token_invalid', 'oidc_unreachable'] as const) : []),
    ...(auth === 'caller' || auth === 'account' ? (['vault_blocked'] as const) : []),
    ...(auth === 'account' || auth === 'session' || auth === 'admin' ? (['account_required'] as const) : []),
    ...(auth === 'session' || auth === 'admin' ? (['not_permitted'] as const) : []),
    ...(auth === 'public' || method === 'GET' ? [] : (['origin_refused'] as const)),
    ...(body ? reading : []),
    'database_unavailable',
    'internal',
  ]
}

function documented({ spec }: GatewayRoute): DocumentedRoute {
  const { method, path, auth, summary, params, query, body, response, status = 200, headers, errors } = spec
  const known: readonly ErrorCode[] = [...new Set([...errors, ...commonErrors(spec)])]
  const example = routeExamples[`${method} ${path}`]
  const isPaid = auth === 'caller' && method === 'POST'
  const input = { params, query, body, headers, answerHeaders: isPaid ? PAID_HEADERS : undefined }
  const route = { method, path, auth: SCHEMES[auth], summary, ...input, response, status, errors: known }
  return { ...route, exampleBody: example?.body, samples: example && codeSamples(route, example) }
}

/** The API as OpenAPI 3.1, generated from the table of routes. */
export const describeApi = (): OpenApiDocument => buildDocument(API, gatewayRoutes.map(documented))

/** The document as it is committed and served. */
export const openApiText = (): string => `${JSON.stringify(describeApi(), null, 2)}\n`
