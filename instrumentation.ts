/** Runs once when the web process starts: a wrong configuration stops it with a sentence, before the first visitor. */
export async function register(): Promise<void> {
  const { processEnv } = await import('#services/platform/env.ts')
  processEnv()
}
