// The demonstration of npm start -- --demo: prepares its customers and their past, then plays live traffic.
import { join } from 'node:path'
import { playDemo, prepareDemo } from '#services/local/demo/index.ts'
import { openHome } from '#services/local/home.ts'
import { demoProgressFile } from '#services/local/parts/demo.ts'
import { writeWhole } from '#services/local/write-file.ts'
import { openContainer } from '#services/platform/container.ts'
import { processEnv } from '#services/platform/env.ts'

const home = openHome()
const stop = new AbortController()
process.on('SIGTERM', () => {
  stop.abort()
  process.exit(0)
})

const container = await openContainer(processEnv(), { name: 'demo' })
const ctx = container.contextFor({ kind: 'system', job: 'demo' })
const tell = (doing: string) => writeWhole(demoProgressFile(home), doing)
const callers = await prepareDemo(ctx, { file: join(home.root, 'demo.json'), onProgress: tell })
tell('ready')
await playDemo(ctx, callers, stop.signal)
