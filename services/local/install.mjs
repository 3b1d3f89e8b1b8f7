// Installs node_modules when it is missing or older than package-lock.json. Runs before anything is installed:
// plain JavaScript on Node's own modules.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export const projectRoot = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..')
const modules = join(projectRoot, 'node_modules')
const stampFile = join(modules, '.flareflow-installed')
const waitMs = 500
const longestInstallMs = 20 * 60_000

/** Makes node_modules what package-lock.json says. Two at once take turns. */
export async function installPackages() {
  const wanted = stampOf()
  if (isInstalled(wanted)) return
  const release = await lock()
  try {
    if (isInstalled(wanted)) return
    if (!matchesLockfile()) await runNpmCi()
    checkProjectNode()
    writeFileSync(stampFile, wanted)
  } finally {
    release()
  }
}

function stampOf() {
  const hash = createHash('sha256')
  for (const name of ['package-lock.json', 'package.json']) hash.update(lockedPart(name))
  return `${hash.digest('hex')} ${process.platform}-${process.arch}`
}

/** Scripts and descriptions change without a need to install again. */
function lockedPart(name) {
  const text = readFileSync(join(projectRoot, name), 'utf8')
  if (name !== 'package.json') return text
  const { dependencies, devDependencies, allowScripts } = JSON.parse(text)
  return JSON.stringify({ dependencies, devDependencies, allowScripts })
}

function isInstalled(wanted) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted
}

/** True when somebody ran `npm ci` by hand: every locked package is there in its locked version. */
function matchesLockfile() {
  if (!existsSync(join(modules, '.bin/node'))) return false
  const { packages } = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8'))
  return Object.entries(packages).every(([path, entry]) => {
    const manifest = join(projectRoot, path, 'package.json')
    if (!existsSync(manifest)) return Boolean(entry.optional ?? entry.devOptional)
    return entry.version === undefined || JSON.parse(readFileSync(manifest, 'utf8')).version === entry.version
  })
}

async function runNpmCi() {
  const began = Date.now()
  const seconds = () => `${Math.round((Date.now() - began) / 1000)} s`
  process.stdout.write('packages    installing from package-lock.json, about a minute the first time\n')
  const beat = setInterval(() => process.stdout.write(`packages    still installing, ${seconds()}\n`), 15_000)
  const code = await npm([
    'ci',
    '--include=dev',
    '--include=optional',
    '--ignore-scripts=false',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ])
  clearInterval(beat)
  if (code !== 0) {
    throw new Error(
      `npm ci failed with exit code ${code}; what it says stands above. Nothing was started. ` +
        'Check the connection to the package registry and repeat.',
    )
  }
  process.stdout.write(`packages    ready in ${seconds()}\n`)
}

function npm(args) {
  const cli = process.env.npm_execpath
  const [command, first] = cli?.endsWith('.js') ? [process.execPath, [cli]] : ['npm', []]
  // A production setting of the shell must not leave out what the start needs.
  const env = { ...process.env, NODE_ENV: 'development' }
  const child = spawn(command, [...first, ...args], { cwd: projectRoot, stdio: ['ignore', 'inherit', 'inherit'], env })
  return new Promise((done, fail) => {
    child.on('exit', (code, signal) => done(code ?? signal))
    child.on('error', () => fail(new Error('npm was not found. Install Node with npm and repeat.')))
  })
}

function checkProjectNode() {
  const node = join(modules, '.bin/node')
  const found = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? ''
  if (found.startsWith('v24.')) return
  throw new Error(
    `The package node@24 did not install its binary (${found || 'nothing'} at ${node}). ` +
      'Remove node_modules and repeat; the install scripts of packages must be allowed to run.',
  )
}

/** One installer per project folder. A lock whose process is gone is taken over. */
async function lock() {
  const name = createHash('sha256').update(projectRoot).digest('hex').slice(0, 16)
  const file = join(tmpdir(), `flareflow-install-${name}.lock`)
  const own = `${file}.${process.pid}`
  for (let told = false; ;) {
    if (take(file, own)) return () => rmSync(file, { force: true })
    const holder = holderOf(file)
    if (holder === null) continue
    if (!isAlive(holder.pid) || holder.ageMs > longestInstallMs) rmSync(file, { force: true })
    else if (!told) {
      process.stdout.write(`packages    another start (process ${holder.pid}) is installing, waiting for it\n`)
      told = true
    }
    await new Promise((done) => setTimeout(done, waitMs))
  }
}

/** A link is atomic, and the file has its content from the start. */
function take(file, own) {
  writeFileSync(own, String(process.pid))
  try {
    linkSync(own, file)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(own, { force: true })
  }
}

function holderOf(file) {
  try {
    return { pid: Number(readFileSync(file, 'utf8')), ageMs: Date.now() - statSync(file).mtimeMs }
  } catch (error) {
    if (error.code === 'ENOENT') return null
    throw error
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
