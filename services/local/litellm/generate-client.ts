import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { sitePackages } from './site-packages.ts'
import { runTool } from './run-tool.ts'
import type { LitellmRuntime } from './runtime.ts'

/** The proxy's environment says which Node and which source, so an installation serves any checkout of the project. */
const queryEngineProgram = `#!/bin/sh
exec "$FLAREFLOW_NODE" "$FLAREFLOW_QUERY_ENGINE" "$@"
`

/** LiteLLM runs \`prisma migrate diff\` at start, which needs the schema engine. The migrations are applied before. */
const prismaProgram = `#!/bin/sh
exit 0
`

/** LiteLLM replaces the engine under the name that prisma-client-py 0.11 gave it; 0.15 keeps it in another place. */
const olderEngineName = `

setattr(Prisma, '_Prisma__engine', property(
    lambda self: self._internal_engine,
    lambda self, value: setattr(self, '_internal_engine', value),
))
`

/** Generates prisma-client-py's client from LiteLLM's schema. It is parsed in WebAssembly, nothing is fetched. */
export async function generateClient(runtime: LitellmRuntime): Promise<void> {
  writeProgram(runtime.queryEngine, queryEngineProgram)
  writeProgram(join(runtime.prismaStandIn, 'prisma'), prismaProgram)
  const site = await sitePackages(runtime)
  const schema = join(site, 'litellm/proxy/schema.prisma')
  const engine = runtime.queryEngine
  await runTool({
    command: process.execPath,
    args: [join(runtime.packages, 'node_modules/prisma/build/index.js'), 'generate', '--schema', schema],
    cwd: runtime.packages,
    failure: "LiteLLM's database client could not be generated",
    env: {
      ...process.env,
      // Prisma finds the generator, prisma-client-py, on the PATH.
      PATH: `${runtime.bin}${delimiter}${process.env['PATH'] ?? ''}`,
      DATABASE_URL: 'postgresql://nobody@127.0.0.1/none',
      CHECKPOINT_DISABLE: '1',
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      PRISMA_QUERY_ENGINE_BINARY: engine,
      PRISMA_QUERY_ENGINE_LIBRARY: engine,
      PRISMA_SCHEMA_ENGINE_BINARY: engine,
    },
  })
  appendFileSync(join(site, 'prisma/client.py'), olderEngineName)
}

function writeProgram(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  chmodSync(path, 0o755)
}
