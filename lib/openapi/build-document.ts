import { type ErrorCode, errorCodes } from '../errors/codes.ts'
import { remedies } from '../errors/remedies.ts'
import type { CodeSample, DocumentedRoute, RouteMethod } from './documented-route.ts'
import type { JsonSchema } from './json-schema.ts'
import { toJsonSchema } from './to-json-schema.ts'

interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly description?: string
  readonly schema: JsonSchema
}

interface MediaType {
  readonly schema: JsonSchema
  readonly example?: unknown
}

interface Answer {
  readonly description: string
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: JsonSchema }>>
  readonly content: Readonly<Record<string, MediaType>>
  /** The codes that an answer with this status may have. */
  readonly 'x-error-codes'?: readonly ErrorCode[]
}

export interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly required: true; readonly content: Readonly<Record<string, MediaType>> }
  readonly responses: Readonly<Record<string, Answer>>
  readonly 'x-codeSamples'?: readonly CodeSample[]
}

interface SecurityScheme {
  readonly type: string
  readonly description: string
  readonly [field: string]: string
}

export interface ApiDescription {
  readonly title: string
  readonly version: string
  readonly description: string
  /** The address that all paths are below, on the same origin. */
  readonly basePath: string
  readonly securitySchemes: Readonly<Record<string, SecurityScheme>>
  /** What any address may answer. */
  readonly errors: readonly ErrorCode[]
}

export interface OpenApiDocument {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly securitySchemes: Readonly<Record<string, SecurityScheme>>
    readonly schemas: Readonly<Record<string, JsonSchema>>
  }
  /** What a caller should do about each code. */
  readonly 'x-errors': Readonly<Record<string, { status: number; retryable: boolean; remedy: string }>>
}

const JSON_TYPE = 'application/json'

const ERROR_SCHEMA: JsonSchema = {
  type: 'object',
  description: 'OpenAI’s error shape; `code` is stable.',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['message', 'type', 'param', 'code'],
      properties: {
        message: { type: 'string', description: 'What happened and what to do, for people.' },
        type: { type: 'string', description: 'OpenAI’s kind of error.' },
        param: { type: ['string', 'null'], description: 'The field at fault.' },
        code: { type: ['string', 'null'], description: 'Stable; see the table of codes.' },
        details: { type: 'object', description: 'Facts of some codes, such as what is affordable.' },
      },
    },
  },
}

/** `PATCH /keys/{id}` → `patchKeysById` */
function operationId(method: RouteMethod, path: string): string {
  const words = path.split('/').flatMap((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1]
    return name ? ['by', name] : part.split(/[^A-Za-z0-9]+/)
  })
  const capital = words.filter(Boolean).map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  return `${method.toLowerCase()}${capital.join('')}`
}

function parametersOf({ params, query, headers = {} }: DocumentedRoute): Parameter[] {
  const fields = (place: 'path' | 'query', schema: DocumentedRoute['query']): Parameter[] => {
    if (!schema) return []
    const { properties = {}, required = [] } = toJsonSchema(schema, 'input')
    return Object.entries(properties).map(([name, { description, ...value }]) => ({
      name,
      in: place,
      required: place === 'path' || required.includes(name),
      ...(description ? { description } : {}),
      schema: value,
    }))
  }
  const named = Object.entries(headers).map(([name, description]): Parameter => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }))
  return [...fields('path', params), ...fields('query', query), ...named]
}

function errorAnswers(errors: readonly ErrorCode[]): Record<string, Answer> {
  const statuses = [...new Set(errors.map((code) => errorCodes[code].status))].sort((a, b) => a - b)
  return Object.fromEntries(
    statuses.map((status) => {
      const codes = errors.filter((code) => errorCodes[code].status === status).sort()
      const content = { [JSON_TYPE]: { schema: { $ref: '#/components/schemas/Error' } } }
      return [String(status), { description: codes.join(', '), content, 'x-error-codes': codes }]
    }),
  )
}

function operationOf(route: DocumentedRoute): Operation {
  const { method, path, auth, summary, body, response, status, errors, exampleBody, samples } = route
  const { answerHeaders = {} } = route
  const parameters = parametersOf(route)
  const named = Object.entries(answerHeaders).map(([name, description]) => {
    return [name, { description, schema: { type: 'string' } }] as const
  })
  const answer: Answer = {
    description: 'The answer.',
    ...(named.length > 0 ? { headers: Object.fromEntries(named) } : {}),
    content: { [JSON_TYPE]: { schema: toJsonSchema(response, 'output') } },
  }
  const sent: MediaType | null = body
    ? { schema: toJsonSchema(body, 'input'), ...(exampleBody ? { example: exampleBody } : {}) }
    : null
  return {
    operationId: operationId(method, path),
    tags: [path.split('/')[1] ?? ''],
    summary,
    security: auth.map((name) => ({ [name]: [] })),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(sent ? { requestBody: { required: true, content: { [JSON_TYPE]: sent } } } : {}),
    responses: { [status]: answer, ...errorAnswers(errors) },
    ...(samples ? { 'x-codeSamples': samples } : {}),
  }
}

/** An OpenAPI 3.1 document of routes, in their order. */
export function buildDocument(api: ApiDescription, routes: readonly DocumentedRoute[]): OpenApiDocument {
  const paths: Record<string, Record<string, Operation>> = {}
  for (const route of routes) {
    const operation = operationOf(route)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation }
  }
  const codes = [...new Set([...api.errors, ...routes.flatMap(({ errors }) => errors)])].sort()
  return {
    openapi: '3.1.0',
    info: { title: api.title, version: api.version, description: api.description },
    servers: [{ url: api.basePath }],
    paths,
    components: { securitySchemes: api.securitySchemes, schemas: { Error: ERROR_SCHEMA } },
    'x-errors': Object.fromEntries(codes.map((code) => [code, { ...errorCodes[code], remedy: remedies[code] }])),
  }
}
