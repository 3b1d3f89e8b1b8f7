import { describe, expect, test } from 'vitest'
import { createAnswerRoom, type Seat } from '#services/gateway/llm/answer-room.ts'

const MIB = 1024 * 1024

/** Seats of large answers, until the room has no more for one. */
function fill(room: ReturnType<typeof createAnswerRoom>): Seat[] {
  const seats: Seat[] = []
  for (;;) {
    const seat = room.enter('whole')
    seats.push(seat)
    if (!seat.take(4 * MIB)) return seats
  }
}

describe('the room of answers', () => {
  test('has place for large answers up to its bound, and for them again when they are gone', () => {
    const room = createAnswerRoom()
    const seats = fill(room)
    expect(seats).toHaveLength(25)
    expect(seats.at(-1)?.take(4 * MIB)).toBe(false)
    for (const seat of seats) for (const _ of [1, 2]) seat.free()
    expect(fill(room)).toHaveLength(25)
  })

  test('has place for small ones though large ones fill it', () => {
    const room = createAnswerRoom()
    fill(room)
    const small = room.enter('whole')
    expect([small.take(30_000), small.take(30_000)]).toEqual([true, true])
    expect(room.enter('stream').take(4 * MIB)).toBe(false)
  })

  test('refuses the next one when it is full, with an error that says to come again', () => {
    const room = createAnswerRoom()
    const seats = Array.from({ length: 2_048 }, () => room.enter('whole'))
    expect(() => room.enter('whole')).toThrow(expect.objectContaining({ code: 'gateway_busy', status: 503 }))
    expect(() => room.enter('stream')).not.toThrow()
    seats[0]?.free()
    expect(() => room.enter('whole')).not.toThrow()
  })

  test('gives nothing to one who has left it', () => {
    const seat = createAnswerRoom().enter('whole')
    seat.free()
    expect(seat.take(1)).toBe(false)
  })
})
