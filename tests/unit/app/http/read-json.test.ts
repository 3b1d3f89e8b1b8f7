import { expect, test } from 'vitest'
import { BODY_LIMIT_BYTES, readJson } from '#app/_http/read-json.ts'

const post = (body: BodyInit, contentType = 'application/json', more: Record<string, string> = {}) =>
  new Request('http://localhost/', {
    method: 'POST',
    body,
    headers: { 'content-type': contentType, ...more },
    duplex: 'half',
  } as RequestInit)
const refusal = (code: string) => expect.objectContaining({ code })

test('reads JSON; an empty body is an empty object', async () => {
  await expect(readJson(post('{"a":1}', 'application/json; charset=utf-8'))).resolves.toEqual({ a: 1 })
  await expect(readJson(post(''))).resolves.toEqual({})
})

test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonp', ''])(
  'refuses %j, which a form of another site could send',
  async (contentType) => {
    await expect(readJson(post('{}', contentType))).rejects.toEqual(refusal('unsupported_media_type'))
  },
)

test('refuses what is no JSON without repeating it', async () => {
  const error: unknown = await readJson(post('{"secret": sk-1')).catch((thrown: unknown) => thrown)
  expect(error).toEqual(refusal('invalid_request'))
  expect(JSON.stringify(error)).not.toContain('sk-1')
})

test('takes a body of exactly the limit and no byte more', async () => {
  const exact = JSON.stringify('x'.repeat(BODY_LIMIT_BYTES - 2))
  await expect(readJson(post(exact))).resolves.toHaveLength(BODY_LIMIT_BYTES - 2)
  await expect(readJson(post(`${exact} `))).rejects.toEqual(refusal('payload_too_large'))
})

test('stops reading a stream that never ends', async () => {
  let sent = 0
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1024
      controller.enqueue(new Uint8Array(1024))
    },
  })
  await expect(readJson(post(endless))).rejects.toEqual(refusal('payload_too_large'))
  expect(sent).toBeLessThan(BODY_LIMIT_BYTES + 16 * 1024)
})

test('believes a Content-Length that is too large, not one that is too small', async () => {
  const large = String(BODY_LIMIT_BYTES + 1)
  await expect(readJson(post('{}', undefined, { 'content-length': large }))).rejects.toEqual(
    refusal('payload_too_large'),
  )
  const body = 'x'.repeat(BODY_LIMIT_BYTES + 1)
  await expect(readJson(post(body, undefined, { 'content-length': '2' }))).rejects.toEqual(refusal('payload_too_large'))
})
