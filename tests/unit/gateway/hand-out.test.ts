import { describe, expect, test } from 'vitest'
import { createAnswerRoom, type Seat } from '#services/gateway/llm/answer-room.ts'
import { handOut } from '#services/gateway/llm/hand-out.ts'

const MIB = 1024 * 1024
const TEXT = 'x'.repeat(MIB)

/** An answer that takes nearly all of the room, on its way out. */
function given(ms = 60_000) {
  const room = createAnswerRoom()
  const takeMost = (): Seat | null => {
    const seat = room.enter('whole')
    return seat.take(90 * MIB) ? seat : null
  }
  const seat = takeMost()
  if (!seat) throw new Error('The room was empty.')
  const caller = new AbortController()
  const request = new Request('http://localhost/', { signal: caller.signal })
  const give = () => handOut(new Response(TEXT, { status: 201, headers: { 'x-a': 'b' } }), { request, seat, ms })
  return { give, caller, isFree: () => takeMost() !== null }
}

describe('a whole answer on its way out', () => {
  test('arrives as it is, and has its room until its last byte is taken', async () => {
    const { give, isFree } = given()
    const answer = give()
    expect([answer.status, answer.headers.get('x-a'), isFree()]).toEqual([201, 'b', false])
    const reader = answer.body?.getReader()
    let text = ''
    for (;;) {
      expect(isFree()).toBe(false)
      const piece = await reader?.read()
      if (!piece?.value) break
      expect(piece.value.length).toBeLessThanOrEqual(64 * 1024)
      text += new TextDecoder().decode(piece.value)
    }
    expect(text === TEXT).toBe(true)
    expect(isFree()).toBe(true)
  })

  test('has no room any more when its time is over, and ends with an error', async () => {
    const { give, isFree } = given(30)
    const answer = give()
    await expect.poll(isFree).toBe(true)
    await expect(answer.text()).rejects.toThrow('the answer was not taken')
  })

  test('has no room any more when its caller leaves: before it, in the middle, or by letting go of it', async () => {
    const before = given()
    before.caller.abort()
    before.give()
    const middle = given()
    const reader = middle.give().body?.getReader()
    await reader?.read()
    middle.caller.abort()
    const cancelled = given()
    await cancelled.give().body?.cancel()
    expect([before, middle, cancelled].map(({ isFree }) => isFree())).toEqual([true, true, true])
  })
})
