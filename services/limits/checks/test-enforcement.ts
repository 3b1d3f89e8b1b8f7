import { holdCondition } from '#services/alerts/index.ts'
import { requireSystem } from '#services/auth/index.ts'
import type { ServiceContext } from '#services/platform/context.ts'
import { randomHex, randomToken } from '#services/platform/crypto/random.ts'
import { REFUSED_FIELD, refusedEntry } from './refused-entry.ts'

/** No such model is served: a canary that isn't refused costs nothing. */
const MODEL = 'flareflow-canary'
const USER = 'flareflow-canary'

/** What LiteLLM doesn't refuse though it was told to; null: all is well. */
type Fault = 'labels' | 'keys' | null

const REMEDY: Record<Exclude<Fault, null>, string> = {
  labels:
    'LiteLLM serves end users and organizations that are over a limit. Load the plug-in of this version into LiteLLM ' +
    '(deploy/litellm) and restart it.',
  keys: 'LiteLLM serves keys that are blocked. Check that LITELLM_URL leads to the proxy itself, and its version.',
}

/**
 * Drives a key of its own over its limits in the real LiteLLM, and tells the operator when it is served nevertheless: a
 * limit that nothing enforces must not go unnoticed. Throws when LiteLLM doesn't answer: nothing is known then.
 */
export async function testEnforcement(ctx: ServiceContext): Promise<void> {
  requireSystem(ctx.actor)
  const fault = await faultOf(ctx)
  if (fault) ctx.log.error({ fault }, 'limits are not enforced')
  await holdCondition(
    ctx,
    'limits_not_enforced',
    fault && { kind: 'limits_not_enforced', severity: 'critical', sentence: REMEDY[fault], data: { fault } },
  )
}

async function faultOf({ litellm }: ServiceContext): Promise<Fault> {
  const secret = `sk-${randomToken()}`
  const metadata = { flareflow_canary: true, [REFUSED_FIELD]: [refusedEntry(`end_user:${USER}`)] }
  const { hash } = await litellm.generateKey({ alias: `flareflow-canary-${randomHex(6)}`, secret, metadata })
  const call = (user: string): Promise<number> =>
    litellm.statusOfCall(secret, { model: MODEL, user, messages: [{ role: 'user', content: 'canary' }] })
  try {
    if ((await call(USER)) !== 429) return 'labels'
    await litellm.blockKey(hash)
    return (await call(`${USER}-2`)) === 401 ? null : 'keys'
  } finally {
    await litellm.deleteKey({ hash })
  }
}
