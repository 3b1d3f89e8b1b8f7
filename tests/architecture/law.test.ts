import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { files, functionsOf, isCode, isGenerated, read, ROOT } from './source.ts'

const own = files.filter((file) => !isGenerated(file) && file !== 'package-lock.json')
const code = own.filter(isCode)
const lineCount = (file: string) => read(file).trimEnd().split('\n').length

const over = (select: RegExp, limit: number) =>
  own.filter((file) => select.test(file) && lineCount(file) > limit).map((file) => `${file}: ${lineCount(file)}`)

describe('nothing grows past its size', () => {
  test.each<[string, RegExp, number]>([
    ['code', /\.(ts|tsx|mjs|py|go)$/, 300],
    ['route', /\/route\.ts$/, 40],
    ['command', /^services\/bin\/.*\.ts$/, 40],
    ['contract', /^cadence\/contracts\/.*\.cdc$/, 500],
    ['transaction', /^cadence\/transactions\/.*\.cdc$/, 60],
    ['script', /^cadence\/scripts\/.*\.cdc$/, 20],
    ['domain README', /^services\/.*README\.md$/, 80],
    ['CONTRIBUTING', /^CONTRIBUTING\.md$/, 80],
  ])('%s', (_name, select, limit) => {
    expect(over(select, limit)).toEqual([])
  })

  test('functions have at most 60 lines, components 120', () => {
    const product = code.filter((file) => !file.startsWith('tests/'))
    const isComponent = (file: string, name: string) => file.endsWith('.tsx') && /^[A-Z]/.test(name)
    const tooLong = product
      .flatMap(functionsOf)
      .filter(({ file, name, lines }) => lines > (isComponent(file, name) ? 120 : 60))
      .map(({ file, name, lines }) => `${file} ${name}: ${lines}`)
    expect(tooLong).toEqual([])
  })

  test('lines have at most 120 characters, not counting a text that they hold', () => {
    const bare = (line: string) => line.replace(/(["'`])(?:(?!\1).){60,}\1/g, '')
    const select = /\.(ts|tsx|mjs|cdc|py)$/
    const long = own
      .filter((file) => select.test(file))
      .flatMap((file) =>
        read(file)
          .split('\n')
          .map((line, i) => ({ at: `${file}:${i + 1}`, length: bare(line).length })),
      )
      .filter(({ length }) => length > 120)
      .map(({ at }) => at)
    expect(long).toEqual([])
  })
})

describe('names and words', () => {
  test('no file or folder is a drawer for everything', () => {
    const drawer = /(^|\/)(utils?|helpers?|common|misc)(\/|\.|$)|\/models\.\w+$/
    expect(files.filter((file) => drawer.test(file))).toEqual([])
  })

  test('files are kebab-case', () => {
    const odd = code.filter((file) => !/^(\[{1,2}[.\w-]+\]{1,2}|_?[a-z0-9]+([-.][a-z0-9]+)*)$/.test(basename(file)))
    expect(odd).toEqual([])
  })

  test('money and tokens never become floats', () => {
    const lib = /^lib\/(money|pricing|ledger|metering|settlement|rating|reports|forecast)\//
    const services = /^services\/(settlement|metering|rating)\//
    const money = (file: string) => lib.test(file) || services.test(file)
    const float = /\bparseFloat\(|\bNumber\(|\.toFixed\(|\bNumber\.parseFloat/
    expect(code.filter((file) => money(file) && float.test(read(file)))).toEqual([])
  })

  test('nothing is left for later, and nothing is switched off without a reason', () => {
    const left = /\bTODO\b|\bFIXME\b|\bXXX\b|@ts-ignore|\bas any(?=[;,)\]]|$)|as unknown as|: any\b/m
    const self = 'tests/architecture/law.test.ts'
    expect(code.filter((file) => file !== self && left.test(read(file)))).toEqual([])
  })

  test('the root holds only what belongs there', () => {
    const allowed =
      '.ci .env.example .gitignore .jscpd.json .oxfmtrc.json .oxlintrc.json CONTRIBUTING.md LICENSE README.md app cadence ' +
      'components deploy docs drizzle.config.ts flow.json hooks instrumentation.ts knip.json lib next.config.ts ' +
      'package-lock.json package.json postcss.config.mjs proxy.ts public services tests tsconfig.json vitest.config.ts'
    const top = new Set(files.map((file) => file.split('/')[0] ?? ''))
    expect([...top].filter((name) => !allowed.split(' ').includes(name))).toEqual([])
  })
})

test('every path that a document quotes exists', () => {
  const quoted = /`((?:app|cadence|components|deploy|docs|hooks|lib|services|tests)\/[\w./[\]-]+)`/g
  const missing = own
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => [...read(file).matchAll(quoted)].map((match) => ({ file, path: match[1] ?? '' })))
    .filter(({ file, path }) => !existsSync(join(ROOT, path)) && !existsSync(join(ROOT, dirname(file), path)))
    .map(({ file, path }) => `${file}: ${path}`)
  expect(missing).toEqual([])
})
