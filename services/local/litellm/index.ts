export type { LocalModel } from './local-models.ts'
export { setupLitellm } from './setup.ts'
export { litellmSnippet, ROADS } from './snippets.ts'
export { startLitellm } from './start.ts'
