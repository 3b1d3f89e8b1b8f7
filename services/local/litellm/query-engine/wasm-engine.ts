import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Commit of the engine in @prisma/client 5.17.0, which prisma-client-py asks for. */
export const engineCommit = '393aa359c9ad4a4bb28630fb5613f9c281cde053'
export const engineVersion = '5.17.0'

const glueModule = '@prisma/client/runtime/query_engine_bg.postgresql.js'

/** The engine's own interface; every argument and answer is JSON text. */
export interface QueryEngine {
  connect(trace: string): Promise<void>
  query(body: string, trace: string, transaction: string | undefined): Promise<string>
  startTransaction(body: string, trace: string): Promise<string>
  commitTransaction(id: string, trace: string): Promise<string>
  rollbackTransaction(id: string, trace: string): Promise<string>
}

interface EngineGlue {
  QueryEngine: new (options: object, log: (line: string) => void, adapter: object) => QueryEngine
  __wbg_set_wasm(exports: WebAssembly.Exports): void
}

/** Loads the query engine that ships inside @prisma/client, compiled to WebAssembly. */
export function loadEngine(packages: string, schema: string, adapter: object): QueryEngine {
  const require = createRequire(join(packages, 'package.json'))
  const glue: EngineGlue = require(glueModule)
  const binary = readFileSync(join(dirname(require.resolve(glueModule)), 'query_engine_bg.postgresql.wasm'))
  const instance = new WebAssembly.Instance(new WebAssembly.Module(binary), { './query_engine_bg.js': { ...glue } })
  glue['__wbg_set_wasm'](instance.exports)
  const options = {
    datamodel: schema,
    logLevel: 'error',
    logQueries: false,
    engineProtocol: 'json',
    env: {},
    configDir: '.',
    ignoreEnvVarErrors: true,
    datasourceOverrides: {},
  }
  return new glue.QueryEngine(options, () => {}, adapter)
}
