import { defineRoute } from '#app/_http/define-route.ts'
import { versionParams } from '#app/_http/params.ts'
import { previewRerating, previewView } from '#services/rating/index.ts'

/** What publishing a draft would change. For the admin. */
export const GET = defineRoute({ auth: 'session', params: versionParams, response: previewView }, (ctx, { params }) =>
  previewRerating(ctx, params),
)
