import { formatUsd } from '#lib/money/decimal.ts'
import { type ServiceContext, withActor } from '#services/platform/context.ts'
import { createVaultHoldWriter, type HoldAnswer, holdRequest, requestHold } from '#services/vault-holds/index.ts'
import { RETRY_SECONDS } from './answer-error.ts'
import { requireSignature } from './authenticate.ts'
import { parseBody } from './parse-body.ts'
import { parseJson, readBody } from './read-body.ts'

/**
 * Answers whether the plug-in may send a call: with 200 also when it may not; what the caller is then told, and with
 * which status, is said in the body. Signed as usage is; the same request again is the same hold.
 */
export function createHoldDesk(ctx: ServiceContext): (request: Request) => Promise<Response> {
  const writer = createVaultHoldWriter(withActor(ctx, { kind: 'system', job: 'holds' }))
  return async (request) => {
    const { plain } = await readBody(request, (sent) =>
      requireSignature(request.headers, sent, ctx.env.litellm.webhookSecret, ctx.clock()),
    )
    return Response.json(describe(await requestHold(ctx, writer, parseBody(holdRequest, parseJson(plain)))))
  }
}

function describe(answer: HoldAnswer): object {
  if (answer.granted) {
    return { granted: true, heldUsd: answer.heldUsd === null ? null : formatUsd(answer.heldUsd) }
  }
  const { status, code, publicMessage: message, retryable, details = {} } = answer.refusal
  return { granted: false, status, code, message, retryAfter: retryable ? RETRY_SECONDS : null, details }
}
