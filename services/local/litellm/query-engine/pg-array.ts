const element = /\s*(?:"((?:[^"\\]|\\.)*)"|([^,{}"]*))\s*([,}])/gy

/** Reads a one-dimensional array in Postgres' text form, `{a,"b c",NULL}`; elements stay text. */
export function readArray(text: string): (string | null)[] {
  const start = text.indexOf('{')
  const items: (string | null)[] = []
  if (text.slice(start) === '{}') return items
  element.lastIndex = start + 1
  for (;;) {
    const match = element.exec(text)
    if (match === null) throw new Error(`The array of ${text.length} characters can't be read.`)
    const [, quoted, bare = '', end] = match
    items.push(quoted === undefined ? bareItem(bare.trim()) : quoted.replace(/\\(.)/gs, '$1'))
    if (end === '}') return items
  }
}

const bareItem = (text: string): string | null => (text === 'NULL' ? null : text)
