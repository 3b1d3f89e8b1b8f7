/** A parameter of a transaction or script, its type as Cadence writes it. */
export interface CadenceParameter {
  readonly name: string
  readonly type: string
}

/** The parameters that a transaction, or a script's `main`, declares. Throws when the code has neither. */
export function parseParameters(code: string): CadenceParameter[] {
  const bare = withoutComments(code)
  const head = /\btransaction\b\s*|\bfun\s+main\s*(?=\()/.exec(bare)
  if (head === null) throw new Error('The code declares no transaction and no main function.')
  const rest = bare.slice(head.index + head[0].length)
  return rest.startsWith('(') ? splitTopLevel(enclosed(rest)).map(parseParameter) : []
}

/** Comments and the contents of strings can't be mistaken for code afterwards. */
function withoutComments(code: string): string {
  return code.replaceAll(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g, (match) =>
    match.startsWith('"') ? '""' : ' ',
  )
}

function enclosed(text: string): string {
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1
    if (text[at] === ')') depth -= 1
    if (depth === 0) return text.slice(1, at)
  }
  throw new Error('The list of parameters is not closed.')
}

function splitTopLevel(list: string): string[] {
  const parts: string[] = []
  let [depth, from] = [0, 0]
  for (let at = 0; at < list.length; at += 1) {
    const sign = list[at] ?? ''
    if ('([{<'.includes(sign)) depth += 1
    if (')]}>'.includes(sign)) depth -= 1
    if (sign === ',' && depth === 0) {
      parts.push(list.slice(from, at))
      from = at + 1
    }
  }
  return [...parts, list.slice(from)].map((part) => part.trim()).filter((part) => part !== '')
}

function parseParameter(text: string): CadenceParameter {
  const match = /^(?:\w+\s+)?(\w+)\s*:\s*([\s\S]+)$/.exec(text)
  if (match?.[1] === undefined || match[2] === undefined) throw new Error(`Not a parameter: ${text}`)
  return { name: match[1], type: match[2].replaceAll(/\s+/g, '').replaceAll(':', ': ') }
}
