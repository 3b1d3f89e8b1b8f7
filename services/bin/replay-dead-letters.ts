// Shows the usage that could not be stored, and with --replay tries to store it again.
import { listDeadLetters, replayDeadLetters } from '#services/metering/index.ts'
import { openContainer } from '#services/platform/container.ts'
import { processEnv } from '#services/platform/env.ts'

const container = await openContainer(processEnv(), { name: 'replay-dead-letters' })
const ctx = container.contextFor({ kind: 'system', job: 'replay-dead-letters' })
try {
  if (process.argv.includes('--replay')) {
    const { resolved, left } = await replayDeadLetters(ctx)
    console.log(`${resolved} stored, ${left} left.`)
  }
  const { total, letters } = await listDeadLetters(ctx)
  for (const { receivedAt, road, reason, detail } of letters) {
    console.log([receivedAt.toISOString(), road, reason, detail ?? ''].join('  '))
  }
  console.log(`${total} dead letters wait.`)
} finally {
  await container.close()
}
