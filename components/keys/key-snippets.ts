/** A model that every installation is likely to have; the first that it lists is preferred. */
const MODEL_WANTED = ['gpt-4o', 'gpt-4']

export const pickModel = (models: readonly string[]): string =>
  MODEL_WANTED.find((wanted) => models.includes(wanted)) ??
  models.find((model) => !model.includes('embedding')) ??
  'gpt-4o'

export const testBody = (model: string): string =>
  JSON.stringify({ model, messages: [{ role: 'user', content: 'Say hello in one word.' }] })

/** A command that works as it stands in any POSIX shell. */
export const curlCommand = (gatewayUrl: string, secret: string, model: string): string =>
  [
    `curl ${gatewayUrl}/chat/completions \\`,
    `  -H 'Authorization: Bearer ${secret}' \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -d '${testBody(model)}'`,
  ].join('\n')

/** What the official OpenAI packages read. */
export const envFile = (gatewayUrl: string, secret: string): string =>
  `OPENAI_BASE_URL=${gatewayUrl}\nOPENAI_API_KEY=${secret}\n`
