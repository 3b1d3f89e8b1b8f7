// npm start: runs everything locally that is not configured elsewhere, until Ctrl-C.
import { parseArgs } from 'node:util'
import { start } from '#services/local/start.ts'

const { values } = parseArgs({
  options: { dev: { type: 'boolean', default: false }, demo: { type: 'boolean', default: false } },
})

process.exit(await start(values))
