export { LiteLLMUsageOracle } from './litellm-usage-oracle.ts'
export type { UsageWindow } from './schemas.ts'
