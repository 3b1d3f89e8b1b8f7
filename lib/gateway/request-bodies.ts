import * as z from 'zod'
import { POWERS } from '../credits/price-list.ts'
import type { GatewayRoute } from './routes.ts'

const plainText = (most: number) =>
  z
    .string()
    .max(most)
    .refine((text) => text.isWellFormed() && !text.includes('\0'), 'must be plain text')

/** The first fault of the first part that isn't as it should be; null: there is none. */
function firstFault(schema: z.ZodType, parts: Iterable<readonly [PropertyKey, unknown]>) {
  for (const [name, input] of parts) {
    const [fault] = schema.safeParse(input).error?.issues ?? []
    if (fault) return { code: 'custom' as const, input, path: [name, ...fault.path], message: fault.message }
  }
  return null
}

function described(schema: z.ZodType) {
  const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return plain
}

/** A list that tells its first fault alone. Zod makes one for each part, and a body has room for a million of them. */
const list = (part: z.ZodType, plain = z.array(z.unknown())) =>
  plain
    .check(({ value, issues }) => {
      const fault = firstFault(part, value.entries())
      if (fault) issues.push(fault)
    })
    .meta({ items: described(part) })

/** The same of an object by names. */
const byName = (part: z.ZodType) =>
  z
    .looseObject({})
    .check(({ value, issues }) => {
      const fault = firstFault(part, Object.entries(value))
      if (fault) issues.push(fault)
    })
    .meta({ additionalProperties: described(part) })

/** More than any model reads. */
const some = z.array(z.unknown()).min(1).max(200_000)
const object = z.looseObject({})
const number = z.number()
const whole = z.number().int()
const flag = z.boolean()
const stop = z.union([z.string(), list(z.string(), z.array(z.unknown()).max(16))])

/** Fields that every route takes. What else is sent goes nowhere: `x-flareflow-ignored-fields` tells it. */
const common = {
  model: plainText(256).min(1).describe('A model of `GET /models`, or "auto" for the power level’s own choice.'),
  user: plainText(256).nullish(),
  metadata: object.nullish().describe('Labels for your reports: feature, conversation, agent, team, organization.'),
  power_level: z.enum(POWERS).nullish().describe('Like the header X-Power-Level.'),
}

const streaming = {
  stream: flag.nullish(),
  stream_options: z.looseObject({ include_usage: flag.nullish() }).nullish(),
}

const sampling = {
  frequency_penalty: number.nullish(),
  presence_penalty: number.nullish(),
  logit_bias: byName(number).nullish(),
  seed: whole.nullish(),
  stop: stop.nullish(),
  temperature: number.nullish(),
  top_p: number.nullish(),
}

/** Bounded by what a power level allows, which is told by the field's name. */
const limit = number.nullish()

/** What an answer is to be, by its type; a schema has a name, or LiteLLM fails. */
const NAMELESS = 'A schema needs its name.'
const named = z.looseObject({ name: z.string(NAMELESS) })
const responseFormat = z.looseObject({ type: z.string() }).check(({ value, issues }) => {
  const fault = value.type === 'json_schema' ? firstFault(named, [['json_schema', value['json_schema']]]) : null
  if (fault) issues.push(fault)
})
const textFormat = z.looseObject({ type: z.string() }).check(({ value, issues }) => {
  const fault = value.type === 'json_schema' ? firstFault(z.string(NAMELESS), [['name', value['name']]]) : null
  if (fault) issues.push(fault)
})

const tools = list(z.looseObject({ type: z.string() })).nullish()
const choice = z.union([z.string(), object]).nullish()
const contentPart = z.looseObject({ type: z.string() })
const content = z.union([z.string(), list(contentPart)])

const message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: content.nullish(),
})

const chatBody = z.looseObject({
  ...common,
  ...streaming,
  ...sampling,
  messages: list(message, some),
  n: number.nullish(),
  max_tokens: limit,
  max_completion_tokens: limit,
  logprobs: flag.nullish(),
  top_logprobs: whole.nullish(),
  parallel_tool_calls: flag.nullish(),
  prediction: object.nullish(),
  reasoning_effort: z.string().nullish(),
  response_format: responseFormat.nullish(),
  tool_choice: choice,
  tools,
  function_call: choice,
  functions: list(object).nullish(),
  verbosity: z.string().nullish(),
})

const tokenIds = list(whole.min(0), some)
const texts = z.union([z.string(), list(z.string(), some), tokenIds, list(tokenIds, some)])

const completionBody = z.looseObject({
  ...common,
  ...streaming,
  ...sampling,
  prompt: texts,
  suffix: z.string().nullish(),
  n: number.nullish(),
  best_of: number.nullish(),
  echo: flag.nullish(),
  logprobs: whole.nullish(),
  max_tokens: limit,
})

const embeddingBody = z.looseObject({
  ...common,
  input: texts,
  dimensions: whole.min(1).nullish(),
  encoding_format: z.enum(['float', 'base64']).nullish(),
})

const responseBody = z.looseObject({
  ...common,
  stream: flag.nullish(),
  input: z.union([z.string(), list(object, some)]),
  instructions: z.string().nullish(),
  max_output_tokens: limit,
  parallel_tool_calls: flag.nullish(),
  reasoning: object.nullish(),
  temperature: number.nullish(),
  text: z.looseObject({ format: textFormat.nullish() }).nullish(),
  tool_choice: choice,
  tools,
  top_p: number.nullish(),
  truncation: z.string().nullish(),
})

/** What each route takes. A field of another type never reaches LiteLLM, which answers 500 to some of them. */
export const REQUEST_BODIES: Readonly<Record<GatewayRoute, z.ZodType<Record<string, unknown>>>> = {
  '/chat/completions': chatBody,
  '/completions': completionBody,
  '/embeddings': embeddingBody,
  '/responses': responseBody,
}
