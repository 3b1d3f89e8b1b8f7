// npm run usage-oracle -- usage <user> [window] | settle <vault> | monitor [vault=user …]: the oracle's verbs by hand.
import { AppError } from '#lib/errors/app-error.ts'
import { commandEnvironment } from '#services/local/command-environment.ts'
import { type Container, openContainer } from '#services/platform/container.ts'
import { LiteLLMUsageOracle, type UsageWindow } from '#services/usage-oracle/index.ts'

const [verb, ...words] = process.argv.slice(2)
const show = (value: unknown): void =>
  console.log(JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner), 2))

let container: Container | null = null
try {
  container = await openContainer(commandEnvironment(), { name: 'usage-oracle' })
  const oracle = new LiteLLMUsageOracle(container.contextFor({ kind: 'system', job: 'usage-oracle' }))
  const [first = '', second] = words
  if (verb === 'usage') show(await oracle.fetchLiteLLMUsage(first, (second ?? '24h') as UsageWindow))
  else if (verb === 'settle') {
    const usage = await oracle.fetchLiteLLMUsage(`vault:${first}`)
    show(await oracle.submitToFlow(oracle.createFDCTrigger(first, usage)))
  } else if (verb === 'monitor') {
    const monitoring = oracle.startMonitoring(Object.fromEntries(words.map((word) => word.split('='))))
    await new Promise<void>((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
    await monitoring.stop()
  } else throw new AppError('invalid_request', 'Say usage <user> [window], settle <vault> or monitor [vault=user …].')
} catch (error) {
  if (!(error instanceof AppError)) throw error
  console.error(error.publicMessage)
  process.exitCode = 1
} finally {
  await container?.close()
}
