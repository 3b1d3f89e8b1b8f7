// First thing every npm script runs, on the Node the user has and before anything is installed:
// brings node_modules up to date, then runs the given file on the project's own Node.
import { installPackages } from '../local/install.mjs'
import { runProjectNode } from '../local/launch.mjs'

const oldest = 20
const [file, ...args] = process.argv.slice(2)

function stop(sentence) {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}

if (process.platform === 'win32') stop('FlareFlow runs on Linux and macOS; on Windows start it inside WSL.')
if (Number(process.versions.node.split('.')[0]) < oldest) {
  stop(`FlareFlow needs Node ${oldest} or newer, and this is ${process.version}. Install a newer Node and repeat.`)
}
if (!file) stop('Usage: node services/bin/bootstrap.mjs <file> [arguments]')

try {
  await installPackages()
} catch (error) {
  stop(error instanceof Error ? error.message : String(error))
}
process.exitCode = await runProjectNode([file, ...args])
