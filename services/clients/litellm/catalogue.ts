import { type CatalogueModel, providerName } from '#lib/gateway/catalogue.ts'
import type { Send } from './request.ts'
import { modelInfoSchema } from './schemas.ts'

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

/** The models that LiteLLM serves, with who answers for each; one a deployment, so that a name may come twice. */
export async function catalogue(send: Send): Promise<CatalogueModel[]> {
  const { data } = await send({ method: 'GET', path: '/model/info', schema: modelInfoSchema })
  return data.map(({ model_name: name, litellm_params: { model, custom_llm_provider }, model_info: info }) => {
    const prefix = model?.includes('/') ? model.split('/')[0] : null
    const provider = custom_llm_provider || prefix || textOf(info['litellm_provider']) || 'unknown'
    return { name, provider: providerName(provider), mode: textOf(info['mode']), upstream: model ?? null }
  })
}
