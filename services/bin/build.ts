// npm run build: builds the pages for production, unless their sources are those of the last build.
import { spawnSync } from 'node:child_process'
import { buildWeb, nextCli } from '#services/local/web-build.ts'

async function build(): Promise<void> {
  const env = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1' }
  const { status } = spawnSync(process.execPath, [nextCli, 'build'], { stdio: 'inherit', env })
  if (status !== 0) process.exit(status ?? 1)
}

const built = await buildWeb({ settings: process.env, build })
if (!built) console.log('The pages are built already, from these very sources.')
