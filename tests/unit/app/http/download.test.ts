import { beforeAll, expect, test } from 'vitest'
import { Download, streamReply } from '#app/_http/download.ts'
import { newReply } from '#app/_http/reply.ts'
import { testVariables } from '#tests/support/context.ts'

beforeAll(() => {
  Object.assign(process.env, testVariables({ LOG_LEVEL: 'silent' }))
})

interface Source {
  produced: number
  ended: boolean
}

/** Ten pieces; throws at one of them if told so. Notes what was asked of it. */
async function* pieces(source: Source, failAt = Infinity): AsyncGenerator<string> {
  try {
    for (let i = 0; i < 10; i += 1) {
      await Promise.resolve()
      if (i === failAt) throw new Error('the database is gone')
      source.produced += 1
      yield `row ${i}\n`
    }
  } finally {
    source.ended = true
  }
}

const request = new Request('http://localhost:3003/api/exports/events')

function send(source: Source, failAt?: number): Promise<Response> {
  const file = { contentType: 'text/csv; charset=utf-8', fileName: 'usage.csv', chunks: pieces(source, failAt) }
  return streamReply(new Download(file), { request, reply: newReply(), requestId: 'request-1' })
}

const fresh = (): Source => ({ produced: 0, ended: false })

test('a download has its name, its type, and every piece in order', async () => {
  const answer = await send(fresh())
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="usage.csv"')
  expect(answer.headers.get('cache-control')).toBe('no-store')
  expect(await answer.text()).toBe(Array.from({ length: 10 }, (_, i) => `row ${i}\n`).join(''))
})

test('nothing is produced that the caller has no room for', async () => {
  const source = fresh()
  const reader = (await send(source)).body?.getReader()
  await reader?.read()
  await new Promise((resolve) => setImmediate(resolve))
  expect(source.produced).toBeLessThan(4)
  await reader?.cancel()
})

test('a caller that goes away ends the source', async () => {
  const source = fresh()
  const reader = (await send(source)).body?.getReader()
  await reader?.read()
  await reader?.cancel()
  expect(source.ended).toBe(true)
  expect(source.produced).toBeLessThan(4)
})

test('what fails before the first piece is thrown, so that it is answered as an error', async () => {
  await expect(send(fresh(), 0)).rejects.toThrow('the database is gone')
})

test('what fails later breaks the answer off', async () => {
  const answer = await send(fresh(), 5)
  expect(answer.status).toBe(200)
  await expect(answer.text()).rejects.toThrow('the database is gone')
})
