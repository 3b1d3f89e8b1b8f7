// npm run topups: lists FLOW that arrived for credits and is on nobody's account.
import { topupsCommand } from '#services/flow-topups/index.ts'
import { commandEnvironment } from '#services/local/command-environment.ts'
import { openContainer } from '#services/platform/container.ts'

const container = await openContainer(commandEnvironment(), { name: 'topups' })
try {
  console.log(await topupsCommand(container.contextFor({ kind: 'system', job: 'topups' })))
} finally {
  await container.close()
}
