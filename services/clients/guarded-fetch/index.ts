export { createGuardedFetch, type GuardedFetch, parseOutboundUrl } from './guarded-fetch.ts'
