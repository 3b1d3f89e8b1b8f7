import type { CodeSample, DocumentedRoute } from '#lib/openapi/documented-route.ts'
import type { RouteExample } from './route-examples.ts'

/** Samples read the API's address and the secret from the environment: they can be run as they stand. */
const URL_VARIABLE = 'FLAREFLOW_URL'
const KEY_VARIABLE = 'FLAREFLOW_KEY'
/** The scheme of an API key; routes without it are called with a session's cookie. */
const KEY_SCHEME = 'apiKey'

/** Headers that say who is calling: for each its name, and its value around a variable. */
function authHeaders({ auth }: Pick<DocumentedRoute, 'auth'>): { name: string; before: string; variable: string }[] {
  if (auth.length === 0) return []
  if (auth.includes(KEY_SCHEME)) return [{ name: 'Authorization', before: 'Bearer ', variable: KEY_VARIABLE }]
  return [
    { name: 'Cookie', before: 'flareflow_session=', variable: 'FLAREFLOW_SESSION' },
    { name: 'Origin', before: '', variable: 'FLAREFLOW_ORIGIN' },
  ]
}

type Target = Pick<DocumentedRoute, 'method' | 'path' | 'auth'>

const VARIABLE = /^\$([A-Z_]+)$/

/** The path with the example's parameters, each written by `show` when it is a variable. */
function pathOf({ path }: Target, { params = {}, query = {} }: RouteExample, show: (name: string) => string): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name] ?? ''
    const variable = VARIABLE.exec(value)?.[1]
    return variable ? show(variable) : encodeURIComponent(value)
  })
  const search = new URLSearchParams(query).toString()
  return search ? `${filled}?${search}` : filled
}

/** A JSON value as Python writes it. */
function pythonValue(value: unknown, indent = ''): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value !== 'object') return JSON.stringify(value)
  const inner = `${indent}    `
  const [open, close, items] = Array.isArray(value)
    ? ['[', ']', value.map((item) => pythonValue(item, inner))]
    : ['{', '}', Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${pythonValue(item, inner)}`)]
  const flat = `${open}${items.join(', ')}${close}`
  if (flat.length + indent.length <= 80 && !flat.includes('\n')) return flat
  return `${open}\n${items.map((item) => `${inner}${item},\n`).join('')}${indent}${close}`
}

/** A JSON value as JavaScript writes it: names without quotes where they need none. */
function javascriptValue(value: unknown, indent = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const inner = `${indent}  `
  const name = (key: string): string => (/^[A-Za-z_]\w*$/.test(key) ? key : JSON.stringify(key))
  const [open, close, items] = Array.isArray(value)
    ? ['[', ']', value.map((item) => javascriptValue(item, inner))]
    : ['{', '}', Object.entries(value).map(([key, item]) => `${name(key)}: ${javascriptValue(item, inner)}`)]
  const space = open === '{' && items.length > 0 ? ' ' : ''
  const flat = `${open}${space}${items.join(', ')}${space}${close}`
  if (flat.length + indent.length <= 80 && !flat.includes('\n')) return flat
  return `${open}\n${items.map((item) => `${inner}${item},\n`).join('')}${indent}${close}`
}

function curl(target: Target, example: RouteExample): string {
  const path = pathOf(target, example, (name) => `$${name}`)
  const method = target.method === 'GET' ? '' : ` -X ${target.method}`
  const lines = [
    `curl${method} "$${URL_VARIABLE}${path}"`,
    ...authHeaders(target).map(({ name, before, variable }) => `-H "${name}: ${before}$${variable}"`),
    ...Object.entries(example.headers ?? {}).map(([name, value]) => `-H "${name}: ${value}"`),
    ...(example.body ? ["-H 'Content-Type: application/json'", `-d '${JSON.stringify(example.body)}'`] : []),
  ]
  return lines.join(' \\\n  ')
}

function python(target: Target, example: RouteExample): string {
  const path = pathOf(target, example, (name) => `{os.environ['${name}']}`)
  const auth = authHeaders(target).map(({ name, before, variable }) =>
    before ? `"${name}": f"${before}{os.environ['${variable}']}"` : `"${name}": os.environ['${variable}']`,
  )
  const more = Object.entries(example.headers ?? {}).map(([name, value]) => `"${name}": ${pythonHeader(value)}`)
  const headers = [...auth, ...more]
  return [
    'import os, requests',
    '',
    `answer = requests.${target.method.toLowerCase()}(`,
    `    f"{os.environ['${URL_VARIABLE}']}${path}",`,
    ...(headers.length > 0 ? [`    headers={${headers.join(', ')}},`] : []),
    ...(example.body ? [`    json=${pythonValue(example.body, '    ')},`] : []),
    ')',
    'print(answer.json())',
  ].join('\n')
}

const pythonHeader = (value: string): string => {
  const variable = VARIABLE.exec(value)?.[1]
  return variable ? `os.environ['${variable}']` : JSON.stringify(value)
}

/** Put together, since this file only prints what others read: nothing here reads the environment. */
const NODE_ENVIRONMENT = ['process', 'env'].join('.')

const fromEnvironment = (names: readonly string[]): string => `const { ${names.join(', ')} } = ${NODE_ENVIRONMENT}`

function javascript(target: Target, example: RouteExample): string {
  const used = [URL_VARIABLE]
  const inText = (name: string): string => {
    used.push(name)
    return `\${${name}}`
  }
  const path = pathOf(target, example, inText)
  const headers = [
    ...authHeaders(target).map(({ name, before, variable }) => `${name}: \`${before}${inText(variable)}\``),
    ...(example.body ? ["'Content-Type': 'application/json'"] : []),
    ...Object.entries(example.headers ?? {}).map(([name, value]) => {
      const variable = VARIABLE.exec(value)?.[1]
      return `'${name}': ${variable ? `\`${inText(variable)}\`` : JSON.stringify(value)}`
    }),
  ]
  const init = [
    ...(target.method === 'GET' ? [] : [`method: '${target.method}'`]),
    ...(headers.length > 0 ? [`headers: { ${headers.join(', ')} }`] : []),
    ...(example.body ? [`body: JSON.stringify(${javascriptValue(example.body, '  ')})`] : []),
  ]
  const options = init.length > 0 ? `, {\n${init.map((line) => `  ${line},\n`).join('')}}` : ''
  return [
    fromEnvironment(used),
    `const answer = await fetch(\`\${${URL_VARIABLE}}${path}\`${options})`,
    'console.log(await answer.json())',
  ].join('\n')
}

function pythonSdk({ sdk, body }: RouteExample): string {
  const args = Object.entries(body ?? {}).map(([name, value]) => `    ${name}=${pythonValue(value, '    ')},\n`)
  const call = args.length > 0 ? `${sdk?.call}(\n${args.join('')})` : `${sdk?.call}()`
  return [
    'import os',
    'from openai import OpenAI',
    '',
    `client = OpenAI(base_url=os.environ["${URL_VARIABLE}"], api_key=os.environ["${KEY_VARIABLE}"])`,
    `answer = client.${call}`,
    `print(${sdk?.python})`,
  ].join('\n')
}

function javascriptSdk({ sdk, body }: RouteExample): string {
  return [
    "import OpenAI from 'openai'",
    '',
    fromEnvironment([URL_VARIABLE, KEY_VARIABLE]),
    `const client = new OpenAI({ baseURL: ${URL_VARIABLE}, apiKey: ${KEY_VARIABLE} })`,
    `const answer = await client.${sdk?.call}(${body ? javascriptValue(body) : ''})`,
    `console.log(${sdk?.javascript})`,
  ].join('\n')
}

/** The same request three times: by curl, and in Python and JavaScript, in OpenAI's packages where these have it. */
export function codeSamples(target: Target, example: RouteExample): CodeSample[] {
  return [
    { lang: 'Shell', label: 'curl', source: curl(target, example) },
    { lang: 'Python', label: 'Python', source: example.sdk ? pythonSdk(example) : python(target, example) },
    {
      lang: 'JavaScript',
      label: 'JavaScript',
      source: example.sdk ? javascriptSdk(example) : javascript(target, example),
    },
  ]
}
