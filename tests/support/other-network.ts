import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { projectRoot } from '#services/local/home.ts'
import { anyFreePort } from '#services/local/ports.ts'

export interface OtherWeb extends AsyncDisposable {
  readonly url: string
  readonly output: () => string
  /** Resolves with the exit code when the web ended by itself. */
  readonly exit: Promise<number | null>
}

/** The variables that the dashboard's web process runs with. */
function webVariables(home: string): Record<string, string> {
  const { pids }: { pids: { web: number } } = JSON.parse(readFileSync(join(home, 'stack.json'), 'utf8'))
  const pairs = readFileSync(`/proc/${pids.web}/environ`, 'utf8').split('\0').filter(Boolean)
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
}

/**
 * A second web beside the dashboard's own, on the same database and the same node, but told that it is on another
 * network. The contracts that pages read are the project's own, so a node of any network will do.
 */
export async function startOnNetwork(home: string, network: string, more: Record<string, string>): Promise<OtherWeb> {
  const port = await anyFreePort()
  const url = `http://localhost:${port}`
  const { LOCAL_ACCOUNTS_FILE: _, ...variables } = webVariables(home)
  const web = spawn(
    process.execPath,
    [join(projectRoot, 'node_modules/next/dist/bin/next'), 'start', '--hostname', '127.0.0.1', '--port', String(port)],
    {
      cwd: projectRoot,
      env: {
        ...variables,
        NODE_ENV: 'production',
        PORT: String(port),
        APP_URL: url,
        NEXT_PUBLIC_FLOW_NETWORK: network,
        ...more,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  for (const stream of [web.stdout, web.stderr]) stream.on('data', (chunk) => (output += String(chunk)))
  const exit = once(web, 'close').then(([code]) => code as number | null)
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    if (
      web.exitCode !== null ||
      (await fetch(`${url}/icon.svg`).then(
        (answer) => answer.ok,
        () => false,
      ))
    )
      break
  }
  return {
    url,
    output: () => output,
    exit,
    async [Symbol.asyncDispose]() {
      web.kill('SIGKILL')
      await exit
    },
  }
}
