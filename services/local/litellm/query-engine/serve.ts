import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { answerQueries, type Engine } from './answer-queries.ts'
import { engineCommit, engineVersion } from './wasm-engine.ts'

interface Reply {
  readonly status: number
  readonly body: object
}

const noTrace = '{}'
const keepAliveMs = 120_000
const defaultWaitMs = 2_000
const defaultTransactionMs = 5_000
const transactionSchema = z.object({
  max_wait: z.number().default(defaultWaitMs),
  timeout: z.number().default(defaultTransactionMs),
  isolation_level: z.string().nullish(),
})
/** An id, nothing, or an error, bare or in a list. */
const transactionAnswer = z.looseObject({
  id: z.string().optional(),
  error_code: z.string().optional(),
  is_panic: z.boolean().optional(),
  errors: z
    .array(z.looseObject({ user_facing_error: z.looseObject({ error_code: z.string() }).optional() }))
    .optional(),
})
const facts: Readonly<Record<string, object>> = {
  '/status': { status: 'ok' },
  '/server_info': { commit: engineCommit, version: engineVersion, primary_connector: 'postgresql' },
  '/metrics': { counters: [], gauges: [], histograms: [] },
}
const notFound: Reply = { status: 404, body: { message: 'not found' } }

/** Serves the HTTP protocol of Prisma's query-engine binary on loopback. `onCrash`: the engine is unusable. */
export async function serve(parts: Engine, port: number, onCrash: (error: unknown) => void): Promise<Server> {
  const server = createServer(async (request, response) => {
    try {
      send(response, await reply(parts, request))
    } catch (error) {
      send(response, failed(error))
      // A panic leaves the WASM instance unusable; LiteLLM starts another engine when this one is gone.
      if (error instanceof WebAssembly.RuntimeError) onCrash(error)
    }
  })
  server.keepAliveTimeout = keepAliveMs
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}

async function reply(parts: Engine, request: IncomingMessage): Promise<Reply> {
  const path = request.url?.split('?')[0] ?? ''
  if (request.method === 'GET') return facts[path] === undefined ? notFound : { status: 200, body: facts[path] }
  const body = await text(request)
  if (path === '/') {
    const transaction = request.headers['x-transaction-id']
    return { status: 200, body: await answerQueries(parts, body, transaction?.toString()) }
  }
  if (path === '/transaction/start') return startTransaction(parts, body)
  const [, id, end] = /^\/transaction\/([^/]+)\/(commit|rollback)$/.exec(path) ?? []
  return id === undefined ? notFound : endTransaction(parts, id, end === 'commit')
}

async function startTransaction({ engine }: Engine, body: string): Promise<Reply> {
  const wanted = transactionSchema.parse(body === '' ? {} : JSON.parse(body))
  const options = { ...wanted, isolation_level: wanted.isolation_level ?? undefined }
  return transactionReply(await engine.startTransaction(JSON.stringify(options), noTrace))
}

async function endTransaction({ engine }: Engine, id: string, isCommit: boolean): Promise<Reply> {
  const answer = isCommit ? engine.commitTransaction(id, noTrace) : engine.rollbackTransaction(id, noTrace)
  return transactionReply(await answer)
}

function transactionReply(text: string): Reply {
  const answer = transactionAnswer.parse(text === '' ? {} : (JSON.parse(text) ?? {}))
  const [first] = answer.errors ?? []
  const isError = answer.error_code !== undefined || answer.is_panic !== undefined || first !== undefined
  if (!isError) return { status: 200, body: answer.id === undefined ? {} : { id: answer.id } }
  const error = first?.user_facing_error ?? first ?? answer
  // P2028: the transaction is over or was never there; the real engine answers it with 422.
  return { status: error['error_code'] === 'P2028' ? 422 : 500, body: error }
}

function failed(error: unknown): Reply {
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`[query-engine] request failed: ${message}\n`)
  const userFacing = { is_panic: false, message, meta: {}, error_code: 'P2010' }
  return { status: 200, body: { errors: [{ error: message, user_facing_error: userFacing }] } }
}

function send(response: ServerResponse, { status, body }: Reply): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
  response.end(text)
}
