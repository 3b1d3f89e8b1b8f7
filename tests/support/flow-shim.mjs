#!/usr/bin/env node
// Stands where flow-js-testing looks for the flow CLI: answers its question for the version, and runs the emulator that
// EMULATOR_COMMAND names (JSON: program and leading arguments). It ends with the test's process, however that ends.
import { spawn } from 'node:child_process'

const [command, ...args] = process.argv.slice(2)

if (command === 'version') {
  // The library refuses anything below; what matters is that the emulator speaks Cadence 1.0.
  process.stdout.write('{"version":"v2.2.0"}\n')
} else if (command === 'emulator') {
  const [bin, ...leading] = JSON.parse(process.env.EMULATOR_COMMAND ?? '[]')
  // The emulator takes any FLOW_… variable for a setting of its own.
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FLOW_')))
  // Its heap is small and its garbage plenty: collecting it less often takes a fifth less of the processor.
  const env = { GOGC: '400', ...kept }
  // The library passes several flags as one, leaves in empty ones, and some that the bare emulator doesn't know.
  const flags = args.flatMap((arg) => arg.split(' '))
  const own = flags.filter((arg) => arg !== '' && arg !== 'undefined' && !arg.startsWith('--skip-version-check'))
  const child = spawn(bin, [...leading, ...own], { stdio: ['ignore', 'inherit', 'inherit'], env })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill())
  process.stdin.resume().on('end', () => child.kill())
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  })
  child.on('exit', (code) => process.exit(code ?? 1))
} else {
  process.stderr.write(`flow ${command ?? ''}: only version and emulator are known here\n`)
  process.exitCode = 64
}
