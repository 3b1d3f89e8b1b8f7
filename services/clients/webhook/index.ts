export { createGuardedFetch, type GuardedFetch, parseOutboundUrl } from './guarded-fetch.ts'
export { postWebhook, type WebhookOutcome } from './post-webhook.ts'
