import * as z from 'zod'

/** The usual error body. Some endpoints answer `{"detail": …}`, which may repeat what was sent: that isn't read. */
export const errorBodySchema = z.object({
  error: z.object({ message: z.string(), type: z.string().nullish() }),
})

const keyHash = z.string().regex(/^[0-9a-f]{64}$/)

const keyFields = {
  key_alias: z.string().nullish(),
  blocked: z.boolean().nullish(),
  allowed_routes: z.array(z.string()).nullish(),
  spend: z.number(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  created_at: z.string().nullish(),
  tpm_limit: z.number().nullish(),
  max_parallel_requests: z.number().nullish(),
  max_budget: z.number().nullish(),
}

export const generatedKeySchema = z.object({ key: z.string(), token: keyHash, key_alias: z.string().nullish() })
export const keyInfoSchema = z.object({
  key: z.string(),
  info: z.object({
    ...keyFields,
    status: z.string().nullish(),
    budget_limits: z.array(z.object({ budget_duration: z.string(), max_budget: z.number() })).nullish(),
  }),
})
export const keyListSchema = z.object({ keys: z.array(z.object({ ...keyFields, token: keyHash })) })
export const changedKeySchema = z.object({ token: keyHash })
export const deletedKeysSchema = z.object({ deleted_keys: z.array(z.string()) })
export const readinessSchema = z.object({ status: z.string(), db: z.string().nullish() })
export const modelListSchema = z.object({ data: z.array(z.object({ id: z.string(), mode: z.string().nullish() })) })
export const spendPageSchema = z.object({
  data: z.array(z.unknown()),
  total: z.number().int(),
  page: z.number().int(),
  total_pages: z.number().int(),
})
export const modelInfoSchema = z.object({
  data: z.array(
    z.object({
      model_name: z.string(),
      litellm_params: z.object({ model: z.string().nullish(), custom_llm_provider: z.string().nullish() }),
      model_info: z.record(z.string(), z.unknown()),
    }),
  ),
})
