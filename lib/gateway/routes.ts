/** Routes of OpenAI's API that the gateway serves, and the fields of each that reach LiteLLM. Nothing else does. */
const SAMPLING = [
  'frequency_penalty',
  'presence_penalty',
  'logit_bias',
  'seed',
  'stop',
  'temperature',
  'top_p',
] as const
const COMMON = ['model', 'stream', 'stream_options', 'user'] as const

export const GATEWAY_ROUTES = {
  '/chat/completions': {
    fields: [
      ...COMMON,
      ...SAMPLING,
      'messages',
      'n',
      'max_tokens',
      'max_completion_tokens',
      'logprobs',
      'top_logprobs',
      'parallel_tool_calls',
      'prediction',
      'reasoning_effort',
      'response_format',
      'tool_choice',
      'tools',
      'function_call',
      'functions',
      'verbosity',
    ],
    prompt: 'messages',
    limits: ['max_completion_tokens', 'max_tokens'],
    canStream: true,
  },
  '/completions': {
    fields: [...COMMON, ...SAMPLING, 'prompt', 'suffix', 'n', 'best_of', 'echo', 'logprobs', 'max_tokens'],
    prompt: 'prompt',
    limits: ['max_tokens'],
    canStream: true,
  },
  '/embeddings': {
    fields: ['model', 'input', 'dimensions', 'encoding_format', 'user'],
    prompt: 'input',
    limits: [],
    canStream: false,
  },
  '/responses': {
    fields: [
      'model',
      'stream',
      'user',
      'input',
      'instructions',
      'max_output_tokens',
      'parallel_tool_calls',
      'reasoning',
      'temperature',
      'text',
      'tool_choice',
      'tools',
      'top_p',
      'truncation',
    ],
    prompt: 'input',
    limits: ['max_output_tokens'],
    canStream: true,
  },
} as const satisfies Record<string, GatewayRouteShape>

interface GatewayRouteShape {
  readonly fields: readonly string[]
  /** The field that must be there beside the model. */
  readonly prompt: string
  /** Fields that bound an answer's tokens, the newest name first; none: the route has no answer to bound. */
  readonly limits: readonly string[]
  readonly canStream: boolean
}

export type GatewayRoute = keyof typeof GATEWAY_ROUTES
export const isGatewayRoute = (path: string): path is GatewayRoute => Object.hasOwn(GATEWAY_ROUTES, path)

/** The fields that may pass, and the names of those that were left out. */
export function allowedFields(
  route: GatewayRoute,
  body: Readonly<Record<string, unknown>>,
): { passed: Record<string, unknown>; ignored: string[] } {
  const allowed: readonly string[] = GATEWAY_ROUTES[route].fields
  const names = Object.keys(body)
  return {
    passed: Object.fromEntries(names.filter((name) => allowed.includes(name)).map((name) => [name, body[name]])),
    ignored: names.filter((name) => !allowed.includes(name)),
  }
}
