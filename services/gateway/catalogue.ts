import type { CatalogueModel } from '#lib/gateway/catalogue.ts'
import type { ServiceContext } from '#services/platform/context.ts'

/** The models that LiteLLM serves, as this process knows them. */
export type Catalogue = () => Promise<readonly CatalogueModel[]>

const FRESH_MS = 60_000

/**
 * Asks LiteLLM at most once a minute. Requests that come while the answer is on its way, or after LiteLLM has failed to
 * give a newer one, go by the one before.
 */
export function createCatalogue(ctx: ServiceContext): Catalogue {
  let known: readonly CatalogueModel[] | null = null
  let dueAt = 0
  let asking: Promise<readonly CatalogueModel[]> | null = null

  async function ask(): Promise<readonly CatalogueModel[]> {
    try {
      known = await ctx.litellm.catalogue()
      return known
    } catch (error) {
      if (known === null) throw error
      ctx.log.warn({ err: error }, "LiteLLM's models could not be read: those of a minute ago are offered")
      return known
    } finally {
      dueAt = performance.now() + FRESH_MS
      asking = null
    }
  }

  return () => {
    if (known !== null && performance.now() < dueAt) return Promise.resolve(known)
    asking ??= ask()
    return known === null ? asking : Promise.resolve(known)
  }
}
