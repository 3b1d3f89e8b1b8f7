import { z } from 'zod'
import type { DataModel } from './data-model.ts'
import type { Json } from './graphql-text.ts'
import { type JsonQuery, toJsonQuery, withoutMarks } from './json-protocol.ts'
import type { Adapter } from './pg-adapter.ts'
import type { QueryEngine } from './wasm-engine.ts'

const noTrace = '{}'

const userFacing = z.looseObject({ error_code: z.string().optional(), meta: z.unknown().optional() })
const engineError = z.looseObject({ error: z.string().optional(), user_facing_error: userFacing.optional() })
const single = z.object({ query: z.string() })
const batch = z.object({
  batch: z.array(single),
  transaction: z.boolean().optional(),
  isolationLevel: z.string().nullish(),
})
const requestSchema = z.union([batch, single])
const oneAnswer = z.object({ data: z.record(z.string(), z.json()).optional(), errors: z.array(engineError).optional() })
const answerSchema = oneAnswer.extend({ batchResult: z.array(oneAnswer).optional() })
type EngineError = z.infer<typeof engineError>
type OneAnswer = z.infer<typeof oneAnswer>

interface Translated {
  alias: string
  query: JsonQuery
}

export interface Engine {
  readonly engine: QueryEngine
  readonly models: DataModel
  readonly takeError: Adapter['takeError']
}

/** Answers one request of prisma-client-py: a query, or a batch of them. */
export async function answerQueries(parts: Engine, body: string, transaction: string | undefined): Promise<object> {
  const request = requestSchema.parse(JSON.parse(body))
  const ask = async (question: object) =>
    answerSchema.parse(JSON.parse(await parts.engine.query(JSON.stringify(question), noTrace, transaction)))
  if ('query' in request) {
    const translated = toJsonQuery(request.query, parts.models)
    return graphqlAnswer(parts, await ask(translated.query), translated)
  }
  const items = request.batch.map(({ query }) => toJsonQuery(query, parts.models))
  const isolation = { isolationLevel: request.isolationLevel ?? undefined }
  const question = {
    batch: items.map(({ query }) => query),
    ...(request.transaction ? { transaction: isolation } : {}),
  }
  const answer = await ask(question)
  if (answer.errors) return { errors: answer.errors.map((error) => explained(parts, error)) }
  const results = answer.batchResult ?? []
  return { batchResult: items.map((item, index) => graphqlAnswer(parts, results[index] ?? {}, item)) }
}

/** The JSON protocol names the answer after the operation, the client expects it under its alias. */
function graphqlAnswer(parts: Engine, answer: OneAnswer, { alias }: Translated): object {
  if (answer.errors) return { errors: answer.errors.map((error) => explained(parts, error)) }
  const [result = null] = Object.values(answer.data ?? {})
  return { data: { [alias]: withoutMarks(result as Json) } }
}

/** P2036 stands for an error of the adapter, of which the engine knows the number only. */
function explained({ takeError }: Engine, error: EngineError): EngineError {
  const meta = z.object({ id: z.number() }).safeParse(error.user_facing_error?.meta)
  if (error.user_facing_error?.error_code !== 'P2036' || !meta.success) return error
  const cause = takeError(meta.data.id)
  const message = cause instanceof Error ? cause.message : String(cause)
  return { ...error, error: message, user_facing_error: { ...error.user_facing_error, message } }
}
