/** One event of a stream, as it came and what it says. */
export interface SseEvent {
  /** The event's text with its empty line, to be passed on as it is. */
  readonly raw: string
  readonly name: string | null
  /** Its data lines, joined; null: a comment or an empty event. */
  readonly data: string | null
}

/** Longest event that is taken; a stream that goes on without an empty line is not one. */
const MAX_EVENT = 8 * 1024 * 1024

/** Cuts text into server-sent events as it arrives: an event is told as soon as its empty line is there. */
export function createSseReader(): { push(text: string): SseEvent[]; rest(): string } {
  let waiting = ''
  const END = /\r\n\r\n|\n\n|\r\r/

  function push(text: string): SseEvent[] {
    waiting += text
    const events: SseEvent[] = []
    for (let end = END.exec(waiting); end; end = END.exec(waiting)) {
      const length = end.index + end[0].length
      events.push(parseEvent(waiting.slice(0, length)))
      waiting = waiting.slice(length)
    }
    if (waiting.length > MAX_EVENT) throw new RangeError('an event of the stream is too long')
    return events
  }
  return { push, rest: () => waiting }
}

function parseEvent(raw: string): SseEvent {
  const data: string[] = []
  let name: string | null = null
  for (const line of raw.split(/\r\n|\n|\r/)) {
    const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? []
    if (field === 'data') data.push(value)
    if (field === 'event') name = value
  }
  return { raw, name, data: data.length > 0 ? data.join('\n') : null }
}
