export { createGuardedFetch, type GuardedFetch, parseOutboundUrl } from './guarded-fetch.ts'
export { postWebhook } from './post-webhook.ts'
