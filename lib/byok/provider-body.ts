import type { GatewayRoute } from '../gateway/routes.ts'
import type { KeyProvider } from './providers.ts'

type Body = Readonly<Record<string, unknown>>

/**
 * A request as one provider wants it: with its own name of the model, and with the limit of the answer under the one
 * name that it knows. A limit under another name may be ignored, and the answer cost more than was held for it.
 */
export function providerBody(
  { outputLimit }: Pick<KeyProvider, 'outputLimit'>,
  { route, model, body }: { route: GatewayRoute; model: string; body: Body },
): Record<string, unknown> {
  if (route !== '/chat/completions') return { ...body, model }
  const { max_tokens: older, max_completion_tokens: newer, ...rest } = body
  const limit = newer ?? older
  return { ...rest, model, ...(limit === undefined || limit === null ? {} : { [outputLimit]: limit }) }
}
