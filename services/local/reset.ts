import { readdirSync, rmSync } from 'node:fs'
import { AppError } from '#lib/errors/app-error.ts'
import { type Home, openDemoHome, openHome } from './home.ts'
import { holderOf } from './home-lock.ts'
import { shortPath } from './progress.ts'
import { endLeftovers } from './run-record.ts'

const ours = [
  'postgres',
  'postgres.complete',
  'emulator',
  'litellm',
  'logs',
  'accounts.json',
  'secrets.json',
  'demo.json',
  'demo-progress.txt',
  'run.json',
  'stack.json',
  '.lock',
]

/** Forgets the local chain, databases, accounts and secrets. Refuses while they are in use. Returns what to tell. */
export async function reset(): Promise<string> {
  const homes = [openDemoHome(), openHome()]
  for (const home of homes) refuseWhileRunning(home)
  for (const home of homes) {
    await endLeftovers(home.runFile)
    forget(home)
  }
  const place = shortPath(homes.at(-1)?.root ?? '')
  return `Local state in ${place} is forgotten. The next npm start begins with a new chain and empty databases.`
}

function refuseWhileRunning(home: Home): void {
  const holder = holderOf(home)
  if (holder === null) return
  throw new AppError(
    'local_part_failed',
    `FlareFlow runs on ${shortPath(home.root)} (process ${holder.pid}). Nothing was removed. ` +
      `Stop it first, with Ctrl-C or: kill ${holder.pid}`,
  )
}

/** Only what FlareFlow put there: FLAREFLOW_HOME may name a folder that holds other things. */
function forget(home: Home): void {
  for (const name of ours) rmSync(`${home.root}/${name}`, { recursive: true, force: true })
  if (readdirSync(home.root).length === 0) rmSync(home.root, { recursive: true })
}
