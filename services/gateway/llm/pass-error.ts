import * as z from 'zod'
import { openAiError } from '#lib/gateway/openai-error.ts'

const litellmError = z.object({
  error: z.object({
    message: z.string().catch(''),
    param: z.string().nullish().catch(null),
    code: z.union([z.string(), z.number()]).nullish().catch(null),
  }),
})

const LONGEST = 1_000

/** LiteLLM repeats keys, addresses and its own bookkeeping in what it says. */
const withoutInternals = (text: string): string =>
  text
    .replace(/\bsk-[\w-]+/g, 'sk-…')
    .replace(/\b[0-9a-f]{64}\b/g, '…')
    .replace(/https?:\/\/\S+/g, '…')
    .replace(
      /\.?\s*(Received Model Group|Available Model Group Fallbacks|LiteLLM Retried|LiteLLM: model group)[\s\S]*$/,
      '',
    )
    .replace(/^litellm\.\w+: /, '')
    .slice(0, LONGEST)

/** An error of LiteLLM, or of the model behind it, in OpenAI's shape and with LiteLLM's status. */
export function passError(status: number, body: unknown): object {
  const parsed = litellmError.safeParse(body)
  const { message = '', param, code } = parsed.success ? parsed.data.error : {}
  const said = withoutInternals(message)
  return openAiError(status, {
    message: said === '' ? `The model could not answer (${status}). Nothing was charged.` : said,
    // LiteLLM's codes are the status again.
    code: typeof code === 'string' && !/^\d*$/.test(code) ? code : 'upstream_error',
    param: param ?? null,
  })
}
