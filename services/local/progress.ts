import { relative } from 'node:path'

/** What a person who started FlareFlow sees: one line per step of a part, each with its time. */
export interface Progress {
  /** A line of its own. */
  say(sentence: string): void
  /** Something that takes long: what is being done, or how far it is. */
  doing(part: string, what: string): void
  /** Times a part from now on; calling the result prints that it is ready. */
  begin(part: string): (detail: string) => void
  /** Since the start, e.g. "38 s". */
  total(): string
}

const nameWidth = 12
const countEveryMs = 5_000

export function createProgress(write: (line: string) => void): Progress {
  const began = performance.now()
  const lately = new Map<string, number>()
  const line = (part: string, text: string) => write(`  ${part.padEnd(nameWidth)} ${text}\n`)
  /** A count that runs is shown now and then. */
  function doing(part: string, what: string): void {
    const kind = `${part} ${what.replaceAll(/\d+/g, '#')}`
    const now = performance.now()
    if (now - (lately.get(kind) ?? -Infinity) < countEveryMs) return
    lately.set(kind, now)
    line(part, what)
  }
  return {
    say: (sentence) => write(`${sentence}\n`),
    doing,
    begin(part) {
      const partBegan = performance.now()
      return (detail) => line(part, `ready in ${seconds(partBegan).padStart(7)}   ${detail}`.trimEnd())
    },
    total: () => seconds(began),
  }
}

function seconds(since: number): string {
  const elapsed = (performance.now() - since) / 1000
  return elapsed < 10 ? `${elapsed.toFixed(1)} s` : `${Math.round(elapsed)} s`
}

/** Writes to the terminal; whoever read it may be gone, which stops nothing. */
export function terminal(): (line: string) => void {
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
  return (text) => process.stdout.write(text)
}

/** A path as a person in the current folder would type it. */
export function shortPath(path: string): string {
  const short = relative(process.cwd(), path)
  return short === '' || short.startsWith('..') ? path : short
}
