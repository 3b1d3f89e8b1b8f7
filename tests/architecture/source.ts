import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'

export const ROOT = join(import.meta.dirname, '../..')

/** Every file of the project that exists: tracked, or new and not ignored. */
export const files: readonly string[] = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(ROOT, file)))
  .sort()

export const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8')
export const isCode = (file: string): boolean => /\.(ts|tsx|mjs)$/.test(file)
export const isGenerated = (file: string): boolean => /\.generated\.|\/migrations\//.test(file)

export interface Import {
  readonly from: string
  /** A file of the project, or the name of a package. */
  readonly to: string
  readonly external: boolean
  /** True when nothing is left of it at run time. */
  readonly typeOnly: boolean
}

function resolve(from: string, specifier: string): Pick<Import, 'to' | 'external'> {
  if (specifier.startsWith('#')) return { to: specifier.slice(1), external: false }
  if (specifier.startsWith('.')) return { to: relative(ROOT, join(ROOT, dirname(from), specifier)), external: false }
  const parts = specifier.split('/')
  return { to: specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier), external: true }
}

const parsed = new Map<string, ReturnType<typeof parseSync>>()

function parse(file: string): ReturnType<typeof parseSync> {
  const known = parsed.get(file)
  if (known) return known
  const result = parseSync(file, read(file))
  if (result.errors.length > 0) throw new Error(`${file}: ${result.errors[0]?.message}`)
  parsed.set(file, result)
  return result
}

const imports = new Map<string, readonly Import[]>()

/** What a file imports or re-exports from elsewhere, dynamic imports with a literal included. */
export function importsOf(file: string): readonly Import[] {
  const known = imports.get(file)
  if (known) return known
  const found = findImports(file)
  imports.set(file, found)
  return found
}

function findImports(file: string): Import[] {
  const { module } = parse(file)
  const source = read(file)
  const found: Import[] = module.staticImports.map((entry) => ({
    from: file,
    ...resolve(file, entry.moduleRequest.value),
    typeOnly: entry.entries.length > 0 && entry.entries.every((name) => name.isType),
  }))
  for (const entry of module.staticExports) {
    for (const name of entry.entries) {
      if (name.moduleRequest) {
        found.push({ from: file, ...resolve(file, name.moduleRequest.value), typeOnly: name.isType })
      }
    }
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const literal = /^['"](.+)['"]$/.exec(source.slice(moduleRequest.start, moduleRequest.end))?.[1]
    if (literal) found.push({ from: file, ...resolve(file, literal), typeOnly: false })
  }
  return found
}

export interface FunctionSize {
  readonly file: string
  readonly name: string
  readonly lines: number
}

/** Every named function or arrow function with the lines that it spans. */
export function functionsOf(file: string): FunctionSize[] {
  const source = read(file)
  const lines = (start: number, end: number) => source.slice(start, end).split('\n').length
  const found: FunctionSize[] = []
  new Visitor({
    FunctionDeclaration(node) {
      found.push({ file, name: node.id?.name ?? 'default', lines: lines(node.start, node.end) })
    },
    VariableDeclarator(node) {
      const isFunction = node.init?.type === 'ArrowFunctionExpression' || node.init?.type === 'FunctionExpression'
      if (isFunction && node.id.type === 'Identifier') {
        found.push({ file, name: node.id.name, lines: lines(node.start, node.end) })
      }
    },
    MethodDefinition(node) {
      const name = node.key.type === 'Identifier' ? node.key.name : 'method'
      found.push({ file, name, lines: lines(node.start, node.end) })
    },
  }).visit(parse(file).program)
  return found
}

/** The files that a file needs at run time, itself included. */
export function reach(start: string): Set<string> {
  const seen = new Set<string>()
  const queue = [start]
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue
    seen.add(file)
    if (!isCode(file) || !existsSync(join(ROOT, file))) continue
    queue.push(
      ...importsOf(file)
        .filter(({ typeOnly }) => !typeOnly)
        .map(({ to }) => to),
    )
  }
  return seen
}
