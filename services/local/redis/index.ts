export { ensureRedis } from './ensure-redis.ts'
export { startRedis } from './start-redis.ts'
