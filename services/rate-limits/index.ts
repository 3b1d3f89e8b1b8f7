export { createRateLimiter, type RateLimiter } from './create-rate-limiter.ts'
export { keepRateLimits } from './keep-rate-limits.ts'
