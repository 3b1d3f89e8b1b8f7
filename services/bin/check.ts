// npm run check: what must hold before anything runs, two steps at a time; `--no-tests` leaves out its tests.
import { spawn } from 'node:child_process'

const steps: Record<string, string> = {
  types: 'tsc --project .',
  lint: 'oxlint',
  format: 'oxfmt --check .',
  cadence: 'node services/bin/check-cadence.ts',
  'generated code': 'node services/bin/generate-cadence.ts --check',
  'OpenAPI document': 'node services/bin/generate-openapi.ts --check',
  '.env.example': 'node services/bin/env-example.ts --check',
  'unused code': 'knip --no-config-hints',
  copies: 'jscpd',
  architecture: 'vitest run --project architecture --project unit --reporter=dot',
}

function run(command: string): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const from of [child.stdout, child.stderr]) from.on('data', (chunk) => (output += String(chunk)))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, output }))
  })
}

const isLeftOut = (command: string) => process.argv.includes('--no-tests') && command.startsWith('vitest')
const queue = Object.entries(steps).filter(([, command]) => !isLeftOut(command))
async function work(): Promise<void> {
  for (let step = queue.shift(); step; step = queue.shift()) {
    const [name, command] = step
    const began = performance.now()
    const { code, output } = await run(command)
    const seconds = ((performance.now() - began) / 1000).toFixed(1)
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)`)
    if (code !== 0) console.log(output)
    if (code !== 0) process.exitCode = 1
  }
}
await Promise.all([work(), work()])
