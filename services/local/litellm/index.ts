export type { LocalModel } from './local-models.ts'
export { setupLitellm } from './setup.ts'
export { startLitellm } from './start.ts'
