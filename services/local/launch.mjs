// Runs a file on the project's own Node and stays between it and npm: signals go down, the exit code goes up,
// and when npm vanishes the file is told to stop.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from './install.mjs'

const watchMs = 500
const patienceMs = 15_000
const shells = ['sh', 'bash', 'dash', 'zsh', 'ash', 'busybox']

/** Resolves with the exit code. File descriptor 3 of the child closes when this process ends in any way. */
export function runProjectNode(args) {
  const bin = join(projectRoot, 'node_modules/.bin')
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, FLAREFLOW_LIFELINE: '3' }
  const child = spawn(join(bin, 'node'), args, {
    cwd: projectRoot,
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    env,
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  const watch = setInterval(
    watchParents(() => endOrphan(child, watch)),
    watchMs,
  )
  return new Promise((done, fail) => {
    child.on('error', fail)
    child.on('exit', (code, signal) => {
      clearInterval(watch)
      done(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })
}

function endOrphan(child, watch) {
  clearInterval(watch)
  child.kill('SIGTERM')
  setTimeout(() => child.kill('SIGKILL'), patienceMs).unref()
}

/** npm runs a script through a shell: both are watched, as the shell outlives an npm that was killed. */
function watchParents(vanished) {
  const parent = process.ppid
  const npm = process.env.npm_lifecycle_event ? npmAbove(parent) : null
  if (npm === null) return () => {}
  return () => {
    if (process.ppid !== parent || (npm !== parent && parentOf(parent) !== npm)) vanished()
  }
}

function npmAbove(parent) {
  const comm = `/proc/${parent}/comm`
  if (!existsSync(comm)) return parent
  return shells.includes(readFileSync(comm, 'utf8').trim()) ? parentOf(parent) : parent
}

function parentOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return 0
    throw error
  }
}
