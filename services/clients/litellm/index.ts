export { createLitellmClient, type LitellmClient } from './client.ts'
export { meteredRoutes } from './keys.ts'
export type { SpendLog } from './spend-log.ts'
export type { SpendLogQuery } from './spend-logs.ts'
