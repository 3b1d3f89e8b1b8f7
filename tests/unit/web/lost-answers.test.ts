import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { ApiError, callApi } from '#hooks/api.ts'
import { readAnswer } from '#hooks/chat-stream.ts'

/** A server that did what it was asked before its answer is lost in this way. */
async function serverThat(answers: RequestListener): Promise<AsyncDisposable & { url: string }> {
  const server = createServer(answers)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

const WAYS: Readonly<Record<string, RequestListener>> = {
  'whose connection is cut': (request) => request.socket.destroy(),
  'in whose place a proxy answers': (_, response) => response.writeHead(502).end('<h1>Bad Gateway</h1>'),
  'that is cut in the middle': (_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"id":')
    setImmediate(() => response.destroy())
  },
}

async function faultOf(method: string, url: string): Promise<ApiError> {
  const fault: unknown = await callApi(url, method).catch((thrown: unknown) => thrown)
  if (fault instanceof ApiError) return fault
  throw new Error(`Not told as an ApiError: ${String(fault)}`)
}

describe.each(Object.entries(WAYS))('an answer %s', (_, way) => {
  test.each(['POST', 'PATCH', 'DELETE'])('to %s leaves it unknown whether it was done', async (method) => {
    await using server = await serverThat(way)
    const { isUnknown, message } = await faultOf(method, server.url)
    expect(isUnknown).toBe(true)
    expect(message).toContain('not known whether')
    expect(message).not.toContain('Nothing was changed')
  })

  test('to a question leaves nothing unknown', async () => {
    await using server = await serverThat(way)
    expect(await faultOf('GET', server.url)).toMatchObject({ isUnknown: false, code: 'network' })
  })
})

test('a refusal is known, and told in the server’s words', async () => {
  const body = JSON.stringify({ error: { code: 'not_permitted', message: 'Only the admin does this.' } })
  await using server = await serverThat((_, response) => response.writeHead(403).end(body))
  const fault = await faultOf('POST', server.url)
  expect(fault).toMatchObject({ isUnknown: false, code: 'not_permitted', message: 'Only the admin does this.' })
})

describe('a model’s answer that breaks off', () => {
  const chunk = `data: ${JSON.stringify({ choices: [{ delta: { content: 'Half of ' } }] })}\n\n`
  const cut: RequestListener = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(chunk)
  }

  test('says that what came is charged, and what came stays', async () => {
    await using server = await serverThat((request, response) => {
      cut(request, response)
      setImmediate(() => response.destroy())
    })
    const texts: string[] = []
    const { signal } = new AbortController()
    const reading = readAnswer(await fetch(server.url), { signal, onText: (text) => texts.push(text) })
    await expect(reading).rejects.toThrow('The answer broke off. What the model had answered by then is charged')
    expect(texts).toEqual(['Half of '])
  })

  test('by the one who reads it is no fault', async () => {
    await using server = await serverThat(cut)
    const stopper = new AbortController()
    const { signal } = stopper
    const reading = readAnswer(await fetch(server.url, { signal }), { signal, onText: () => stopper.abort() })
    await expect(reading).rejects.not.toBeInstanceOf(ApiError)
  })
})
