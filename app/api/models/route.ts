import { defineRoute } from '#app/_http/define-route.ts'
import { listModels, modelListView } from '#services/subscriptions/index.ts'

/** The models that LiteLLM serves. */
export const GET = defineRoute({ auth: 'public', response: modelListView }, (ctx) => listModels(ctx))
