import { globSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { describeApi } from '#services/gateway/index.ts'

/** Codes that modules which the gateway uses throw elsewhere: at sign-in, on the dashboard, at a start, in a worker. */
const ELSEWHERE = new Set(
  (
    'account_proof_invalid nonce_invalid session_required wrong_network ' +
    'key_blocked limit_exists limit_missing provider_not_registered report_too_large too_many_limits ' +
    'period_invalid vault_closed vault_not_found collector_busy config_invalid signature_invalid'
  ).split(' '),
)

/** The gateway's files, and those of every module that one of them imports. */
function filesOnItsRoads(): string[] {
  const own = globSync('services/gateway/**/*.ts')
  const imported = own.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/from '#((?:services|lib)\/[^']+)'/g)].map(([, path = '']) => path),
  )
  const isModule = (path: string): boolean => path.startsWith('services/') && path.endsWith('/index.ts')
  const of = (path: string): string[] => (isModule(path) ? globSync(`${dirname(path)}/**/*.ts`) : [path])
  return [...new Set([...own, ...imported.flatMap(of)])]
}

test('every code that the gateway or a module which it uses may answer with is in its documentation', () => {
  const files = filesOnItsRoads()
  expect(files.length).toBeGreaterThan(100)
  const thrown = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/new AppError\(\s*'(\w+)'/g)].map(([, code = '']) => code),
  )
  const documented = new Set(Object.keys(describeApi()['x-errors']))
  const missing = [...new Set(thrown)].filter((code) => !documented.has(code) && !ELSEWHERE.has(code))
  expect(missing).toEqual([])
  expect(readFileSync('docs/gateway.md', 'utf8')).toContain('| `upstream_error` |')
})
