import { createHash, randomBytes } from 'node:crypto'
import type { LitellmClient } from '#services/clients/litellm/index.ts'

/** A customer with a key, calling LiteLLM as any OpenAI client would. */
export interface Customer {
  readonly secret: string
  readonly hash: string
  readonly alias: string
  post(path: string, body: object, headers?: Record<string, string>): Promise<Response>
  /** One chat call; its answer is read to the end. */
  chat(body?: object, headers?: Record<string, string>): Promise<Response>
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Makes a key with the product's own client. */
export async function newCustomer(
  url: string,
  client: LitellmClient,
  metadata: Record<string, string | boolean> = { test: 'yes' },
): Promise<Customer> {
  const secret = `sk-${randomBytes(24).toString('hex')}`
  const alias = `test-${randomBytes(6).toString('hex')}`
  const { hash } = await client.generateKey({ alias, secret, metadata })
  return customerOf(url, secret, alias, hash)
}

export function customerOf(url: string, secret: string, alias = '', hash = sha256(secret)): Customer {
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  async function chat(body: object = {}, headers: Record<string, string> = {}): Promise<Response> {
    const messages = [{ role: 'user', content: 'How are you' }]
    const response = await post('/v1/chat/completions', { model: 'gpt-4', messages, ...body }, headers)
    await response.clone().text()
    return response
  }
  return { secret, hash, alias, post, chat }
}
