export { createLitellmClient, type LitellmClient, type LitellmModel } from './client.ts'
export { type LitellmKey, meteredRoutes, type NewKey } from './keys.ts'
export type { SpendLog } from './spend-log.ts'
export { largestPage, type SpendLogPage, type SpendLogQuery } from './spend-logs.ts'
