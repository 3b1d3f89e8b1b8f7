import { AppError } from '#lib/errors/app-error.ts'
import type { LitellmAddress } from './request.ts'

const timeoutMs = 10_000

/** Makes a chat call with a key of a customer's and returns the status alone. Throws `litellm_unreachable`. */
export async function statusOfCall({ url }: LitellmAddress, secret: string, body: object): Promise<number> {
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    await response.body?.cancel()
    if (response.status < 500) return response.status
    throw new AppError('litellm_unreachable', 'LiteLLM does not answer right now. Try again in a moment.', {
      internal: `a call was answered with ${response.status}`,
    })
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('litellm_unreachable', 'LiteLLM does not answer right now. Try again in a moment.', {
      internal: `a call failed: ${cause instanceof Error ? cause.name : 'unknown'}`,
    })
  }
}
