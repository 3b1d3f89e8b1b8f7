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
const LONGEST_NAME = 100
/** No more of what a model's server says is looked at: it may be anybody's, and megabytes long. */
const READ = 4 * LONGEST
const BOOKKEEPING =
  /Received M(?:odel Group|essages=)|Available Model Group|LiteLLM Retried|LiteLLM: model group|Passed model=/

/** LiteLLM repeats keys, addresses and its own bookkeeping in what it says. */
function withoutInternals(text: string): string {
  const read = text.slice(0, READ)
  const end = read.search(BOOKKEEPING)
  return (end === -1 ? read : read.slice(0, end).trimEnd().replace(/\.$/, ''))
    .replace(/\bsk-[\w-]+/g, 'sk-…')
    .replace(/\b[0-9a-f]{64}\b/g, '…')
    .replace(/https?:\/\/\S+/g, '…')
    .replace(/^litellm\.\w+: /, '')
    .slice(0, LONGEST)
}

/** An error of LiteLLM, or of the model behind it, in OpenAI's shape and with LiteLLM's status. */
export function passError(status: number, body: unknown): object {
  const parsed = litellmError.safeParse(body)
  const { message = '', param, code } = parsed.success ? parsed.data.error : {}
  const said = withoutInternals(message)
  return openAiError(status, {
    message: said === '' ? `The model could not answer (${status}). Nothing was charged.` : said,
    // LiteLLM's codes are the status again.
    code: typeof code === 'string' && !/^\d*$/.test(code) ? code.slice(0, LONGEST_NAME) : 'upstream_error',
    param: param?.slice(0, LONGEST_NAME) ?? null,
  })
}
