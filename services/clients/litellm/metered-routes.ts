/**
 * The routes that carry token counts. A route also opens everything below it, so `/models` isn't here: LiteLLM serves
 * Gemini's `/models/{model}:generateContent` there. Below `/v1/responses` the plug-in refuses what a model works for.
 * `key_type` isn't sent either: it replaces this list by a wider one.
 */
export const meteredRoutes: readonly string[] = [
  '/chat/completions',
  '/v1/chat/completions',
  '/completions',
  '/v1/completions',
  '/embeddings',
  '/v1/embeddings',
  '/v1/models',
  '/v1/responses',
]
