import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { isMintedEventId, mintEventId } from '#lib/metering/event-id.ts'

const secret = 'a-secret-with-ünïcode'
const nonce = '00112233445566778899aabbccddeeff'
const keyHash = 'ab'.repeat(32)
const id = mintEventId(secret, nonce, keyHash)

test('the MAC is the first 16 bytes of HMAC-SHA256 over nonce and key', () => {
  const mac = createHmac('sha256', secret).update(`${nonce}|${keyHash}`).digest('hex').slice(0, 32)
  expect(id).toBe(`${nonce}.${mac}`)
  expect(isMintedEventId(secret, id, keyHash)).toBe(true)
})

test.each([
  ['another key', secret, id, 'cd'.repeat(32)],
  ['another secret', `${secret} `, id, keyHash],
  ['another nonce', secret, id.replace('0011', '0012'), keyHash],
  ['another MAC', secret, `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`, keyHash],
  ['capitals', secret, id.toUpperCase(), keyHash],
  ['something behind it', secret, `${id}0`, keyHash],
  ['a line break behind it', secret, `${id}\n`, keyHash],
  ['no MAC', secret, `${nonce}.`, keyHash],
  ['nothing', secret, '', keyHash],
])('an id with %s was not minted', (_, usedSecret, given, usedKey) => {
  expect(isMintedEventId(usedSecret, given, usedKey)).toBe(false)
})
