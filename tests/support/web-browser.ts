import { globSync } from 'node:fs'
import { join } from 'node:path'
import type { RouteHandler } from '#app/_http/define-route.ts'
import { createSigner, proofMessage } from '#services/clients/flow/index.ts'
import { projectRoot } from '#services/local/home.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export const METHODS: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
type RouteModule = Partial<Record<Method, RouteHandler>>

/** An account with its key, as the accounts file has it. */
export interface Wallet {
  address: string
  privateKey: string
  keyIndex: number
}

export interface AnswerBody {
  error?: { code: string; message: string }
  [field: string]: unknown
}

export interface Answer {
  status: number
  body: AnswerBody
  headers: Headers
  text: string
}

/** Next prefers fixed names over parameters, and both over a catch-all. */
const rank = (path: string): number => (path.includes('[...') ? 2 : path.includes('[') ? 1 : 0)

/** Every API route of the product by its path, e.g. `/api/vaults/[id]`. */
export const routePaths = globSync('app/api/**/route.ts', { cwd: projectRoot })
  .map((file) => `/${file.replaceAll('\\', '/')}`.replace(/^\/app/, '').replace(/\/route\.ts$/, ''))
  .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))

export const loadRoute = (path: string): Promise<RouteModule> => import(join(projectRoot, 'app', path, 'route.ts'))

interface Match {
  path: string
  params: Record<string, string | string[]>
}

/** The route that answers a path, as Next's router finds it. */
function matchRoute(pathname: string): Match {
  for (const path of routePaths) {
    const names: string[] = []
    const pattern = path.replace(/\[(\.\.\.)?(\w+)\]/g, (_, rest: string | undefined, name: string) => {
      names.push(rest ? `...${name}` : name)
      return rest ? '(.+)' : '([^/]+)'
    })
    const found = new RegExp(`^${pattern}$`).exec(pathname)
    if (!found) continue
    const params = names.map((name, i) => {
      const value = found[i + 1] ?? ''
      return name.startsWith('...') ? [name.slice(3), value.split('/')] : [name, decodeURIComponent(value)]
    })
    return { path, params: Object.fromEntries(params) as Match['params'] }
  }
  throw new Error(`No route for ${pathname}`)
}

export interface Ask {
  body?: unknown
  /** Sent as it is. */
  rawBody?: string
  headers?: Record<string, string | null>
}

/** Answers a request: a server behind `fetch`, or the route handlers in this process. */
export type Dispatch = (request: Request) => Promise<Response>

const inProcess: Dispatch = async (request) => {
  const { path, params } = matchRoute(new URL(request.url).pathname)
  const handler = (await loadRoute(path))[request.method as Method]
  return handler ? handler(request, { params: Promise.resolve(params) }) : new Response('{}', { status: 405 })
}

const hasBody = (method: Method): boolean => method === 'POST' || method === 'PUT' || method === 'PATCH'

/** A browser on the dashboard that keeps cookies. */
export class Browser {
  readonly cookies = new Map<string, string>()
  readonly origin: string
  readonly dispatch: Dispatch

  constructor(origin = 'http://localhost:3003', dispatch = inProcess) {
    this.origin = origin
    this.dispatch = dispatch
  }

  async ask(method: Method, path: string, { body, rawBody, headers = {} }: Ask = {}): Promise<Answer> {
    const url = new URL(path, this.origin)
    const content = rawBody ?? (hasBody(method) ? JSON.stringify(body ?? {}) : undefined)
    const init = {
      method,
      headers: this.headers(method, url, headers),
      ...(content === undefined ? {} : { body: content }),
    }
    const response = await this.dispatch(new Request(url, init))
    for (const cookie of response.headers.getSetCookie()) this.keep(cookie)
    const text = await response.text()
    return { status: response.status, body: parseBody(text), headers: response.headers, text }
  }

  get = (path: string, more: Ask = {}): Promise<Answer> => this.ask('GET', path, more)
  post = (path: string, body: unknown = {}, more: Ask = {}): Promise<Answer> =>
    this.ask('POST', path, { body, ...more })
  delete = (path: string, more: Ask = {}): Promise<Answer> => this.ask('DELETE', path, more)

  /** Signs in with a real signature over a real nonce. */
  async signIn(wallet: Wallet): Promise<Answer> {
    return this.post('/api/auth/session', await this.proof(wallet))
  }

  /** What a wallet and FCL send to sign in. */
  async proof(wallet: Wallet): Promise<SignInBody> {
    const { nonce, appIdentifier } = (await this.post('/api/auth/nonce')).body as {
      nonce: string
      appIdentifier: string
    }
    return {
      address: wallet.address,
      nonce,
      network: 'emulator',
      signatures: [await prove(wallet, nonce, appIdentifier)],
    }
  }

  private headers(method: Method, url: URL, more: Record<string, string | null>): Headers {
    const headers = new Headers({ host: url.host })
    if (method !== 'GET') headers.set('origin', this.origin)
    if (hasBody(method)) headers.set('content-type', 'application/json')
    const cookies = [...this.cookies].map(([name, value]) => `${name}=${value}`)
    if (cookies.length > 0) headers.set('cookie', cookies.join('; '))
    for (const [name, value] of Object.entries(more)) {
      if (value === null) headers.delete(name)
      else headers.set(name, value)
    }
    return headers
  }

  private keep(cookie: string): void {
    const [pair = '', ...attributes] = cookie.split('; ')
    const [name = '', value = ''] = pair.split('=')
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

/** A page has no body of this kind; its text is what counts. */
function parseBody(text: string): AnswerBody {
  try {
    return JSON.parse(text) as AnswerBody
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

export interface SignInBody {
  address: string
  nonce: string
  network: string
  signatures: { addr: string; keyId: number; signature: string }[]
}

const PROOF_TAG = Buffer.from('FCL-ACCOUNT-PROOF-V0.0').toString('hex').padEnd(64, '0')

/** The signature of an account proof, made as a wallet makes it. */
export async function prove(
  wallet: Wallet,
  nonce: string,
  appIdentifier: string,
): Promise<SignInBody['signatures'][number]> {
  const message = PROOF_TAG + (await proofMessage({ address: wallet.address, nonce, appIdentifier }))
  return { addr: wallet.address, keyId: wallet.keyIndex, signature: createSigner(wallet).sign(message) }
}
