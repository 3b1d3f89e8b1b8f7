/** One event of a stream, as it came and what it says. */
export interface SseEvent {
  /** The event's text with its empty line, to be passed on as it is. */
  readonly raw: string
  readonly name: string | null
  /** Its data lines, joined; null: a comment or an empty event. */
  readonly data: string | null
}

/** The longest event that is taken. */
export interface EventLimit {
  readonly characters: number
  readonly tooLong: () => Error
}

/** Pieces of an event that are kept apart. */
const MANY = 4_096
const END = /\r\n\r\n|\n\n|\r\r/
const LONGEST_END = 4
// A line ends where `END` says: with no `s` a dot would stop at U+2028 too, which JSON leaves as it is inside a text.
const FIELD = /^([^:]*):? ?(.*)$/s

/** A stream that goes on without an empty line is not one. */
const USUAL: EventLimit = {
  characters: 8 * 1024 * 1024,
  tooLong: () => new RangeError('an event of the stream is too long'),
}

export const isEventStream = (type: unknown): boolean =>
  typeof type === 'string' && type.startsWith('text/event-stream')

/** Cuts text into server-sent events as it arrives: an event is told as soon as its empty line is there. */
export function createSseReader({ characters, tooLong } = USUAL): { push(text: string): SseEvent[]; rest(): string } {
  // An event may come byte by byte: what has no end in it is neither searched nor copied again with each of them.
  let pieces: string[] = []
  let length = 0
  let seam = ''

  function wait(text: string): void {
    pieces.push(text)
    length += text.length
    seam = (seam + text).slice(1 - LONGEST_END)
    if (length > characters) throw tooLong()
    if (pieces.length > MANY) pieces = [pieces.join('')]
  }

  function push(text: string): SseEvent[] {
    if (!END.test(seam + text)) {
      wait(text)
      return []
    }
    let waiting = pieces.join('') + text
    const events: SseEvent[] = []
    for (let end = END.exec(waiting); end; end = END.exec(waiting)) {
      const size = end.index + end[0].length
      if (size > characters) throw tooLong()
      events.push(parseEvent(waiting.slice(0, size)))
      waiting = waiting.slice(size)
    }
    pieces = []
    length = 0
    seam = ''
    wait(waiting)
    return events
  }
  return { push, rest: () => pieces.join('') }
}

function parseEvent(raw: string): SseEvent {
  const data: string[] = []
  let name: string | null = null
  for (const line of raw.split(/\r\n|\n|\r/)) {
    const [, field = '', value = ''] = FIELD.exec(line) ?? []
    if (field === 'data') data.push(value)
    if (field === 'event') name = value
  }
  return { raw, name, data: data.length > 0 ? data.join('\n') : null }
}
