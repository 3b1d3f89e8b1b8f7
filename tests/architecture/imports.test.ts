import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { files, type Import, importsOf, isCode, isGenerated, reach, read, ROOT } from './source.ts'

const inside = (folder: string) => (file: string) => file.startsWith(`${folder}/`)
const code = files.filter((file) => isCode(file) && !isGenerated(file))
const product = code.filter((file) => /^(app|components|hooks|lib|services)\//.test(file))
const imports = product.flatMap(importsOf)
const isClient = (file: string) => file.endsWith('.client.tsx') || inside('hooks')(file)

const say = ({ from, to }: Import) => `${from} → ${to}`
const offences = (from: (file: string) => boolean, refused: (entry: Import) => boolean) =>
  imports.filter((entry) => from(entry.from) && refused(entry)).map(say)

const domainOf = (file: string) => /^services\/(clients\/[^/]+|local\/[^/]+|[^/]+)\//.exec(file)?.[1]
const SHELL = ['workers', 'bin', 'oracle', 'local']

describe('app, components and hooks import services, services import lib, never the other way', () => {
  test('lib imports lib, zod and @noble/hashes only', () => {
    const allowed = new Set(['zod', '@noble/hashes'])
    expect(offences(inside('lib'), ({ to, external }) => (external ? !allowed.has(to) : !inside('lib')(to)))).toEqual(
      [],
    )
  })

  test('lib has no clock, randomness, environment or network', () => {
    const impure = /\bprocess\.|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bfetch\(|\bcrypto\./
    expect(product.filter((file) => inside('lib')(file) && impure.test(read(file)))).toEqual([])
  })

  test('services import services and lib, and no page framework', () => {
    const pages = new Set(['react', 'react-dom', 'next', 'swr'])
    expect(
      offences(inside('services'), ({ to, external }) => (external ? pages.has(to) : !/^(services|lib)\//.test(to))),
    ).toEqual([])
  })

  test('hooks import hooks and lib; components import components, hooks and lib', () => {
    expect(offences(inside('hooks'), ({ to, external }) => !external && !/^(hooks|lib)\//.test(to))).toEqual([])
    expect(
      offences(inside('components'), ({ to, external }) => !external && !/^(components|hooks|lib)\//.test(to)),
    ).toEqual([])
  })

  test('what runs in a browser reaches no service, no node module and no zod', () => {
    const refused = (file: string) => inside('services')(file) || file.startsWith('node:') || file === 'zod'
    const client = product.filter((file) => isClient(file) || inside('components')(file))
    const found = client.flatMap((file) => [...reach(file)].filter(refused).map((to) => `${file} ⇒ ${to}`))
    expect(found).toEqual([])
  })
})

describe('a domain has one door', () => {
  test('another domain, a page or a route imports its index.ts and nothing behind it', () => {
    const refused = ({ from, to, external }: Import) => {
      const domain = external ? undefined : domainOf(to)
      if (!domain || domain === 'platform' || domain === domainOf(from)) return false
      if (SHELL.some((shell) => inside(`services/${shell}`)(from)) && SHELL.some((shell) => domain.startsWith(shell))) {
        return false
      }
      return to !== `services/${domain}/index.ts`
    }
    expect(offences(() => true, refused)).toEqual([])
  })

  test('only a store.ts reads tables', () => {
    const isTable = (to: string) => to.startsWith('services/platform/db/schema')
    const may = (file: string) => file.endsWith('/store.ts') || inside('services/platform')(file)
    expect(
      offences(
        (file) => !may(file),
        ({ to }) => isTable(to),
      ),
    ).toEqual([])
  })

  test('every domain says in its README what it keeps true', () => {
    const domains = new Set(
      product.map(domainOf).filter((name) => name !== undefined && !SHELL.some((shell) => name.startsWith(shell))),
    )
    domains.delete('platform')
    const lacking = [...domains].filter((name) => !existsSync(join(ROOT, `services/${name}/README.md`)))
    expect(lacking).toEqual([])
  })
})

test('no file imports itself by a detour', () => {
  const cycles = product.filter((file) =>
    importsOf(file)
      .filter(({ external, typeOnly }) => !external && !typeOnly)
      .some(({ to }) => reach(to).has(file)),
  )
  expect(cycles).toEqual([])
})

test('only the configuration reads the environment', () => {
  const may = /^(services\/platform\/env\.ts|services\/(local|bin)\/|next\.config\.ts|drizzle\.config\.ts)/
  const readers = product.filter((file) => /process\.env\b/.test(read(file)) && !may.test(file))
  expect(readers).toEqual([])
})

test('client files are marked by their name', () => {
  const tsx = product.filter((file) => file.endsWith('.tsx'))
  const marked = tsx.filter((file) => /^['"]use client['"]/m.test(read(file)))
  const exempt = /^app\/.*\/?(error|global-error)\.tsx$/
  expect(marked.filter((file) => !file.endsWith('.client.tsx') && !exempt.test(file))).toEqual([])
  expect(tsx.filter((file) => file.endsWith('.client.tsx') && !marked.includes(file))).toEqual([])
})
