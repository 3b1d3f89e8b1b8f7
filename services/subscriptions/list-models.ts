import type { ServiceContext } from '#services/platform/context.ts'

/** Names of the models that LiteLLM serves, in alphabetical order. */
export async function listModels(ctx: ServiceContext): Promise<{ models: string[] }> {
  const models = await ctx.litellm.listModels()
  return { models: models.map(({ name }) => name).sort() }
}
