export { postWebhook } from './post-webhook.ts'
