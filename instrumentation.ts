/**
 * Runs once when the web process starts: a wrong configuration stops it with a sentence, before the first visitor, and
 * one that the operator can hardly want is told.
 */
export async function register(): Promise<void> {
  const { processEnv } = await import('#services/platform/env.ts')
  const { welcomeWarning } = await import('#services/platform/welcome-warning.ts')
  try {
    const warning = welcomeWarning(processEnv())
    if (warning) process.stderr.write(`${warning}\n`)
  } catch (error) {
    // Next would go on and answer every request with 500.
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  }
}
