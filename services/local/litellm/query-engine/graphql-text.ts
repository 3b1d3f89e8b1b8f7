/** JSON as the engine's protocol carries it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

interface SelectedField {
  arguments: JsonObject
  selection: Selection
}
export type Selection = { [field: string]: true | SelectedField }

/** One operation of prisma-client-py: `query { result: findManyUser(where: {…}) { id name } }`. */
export interface Operation {
  /** Name under which the client expects the answer. */
  alias: string
  field: string
  arguments: JsonObject
  selection: Selection
}

type Punctuation = '{' | '}' | '(' | ')' | '[' | ']' | ':'
type Token =
  | { kind: 'punctuation'; text: Punctuation }
  | { kind: 'text'; text: string }
  | { kind: 'word'; text: string }

// Commas are white space in GraphQL. Strings are written by Python's json.dumps, so they are JSON strings.
const lexeme = /[\s,]*(?:([{}()[\]:])|("(?:[^"\\]|\\.)*")|([^\s,"{}()[\]:]+))/gy
const integer = /^-?\d+$/
const decimal = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/

function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  const end = source.trimEnd().length
  lexeme.lastIndex = 0
  while (lexeme.lastIndex < end) {
    const at = lexeme.lastIndex
    const match = lexeme.exec(source)
    if (match === null) throw new Error(`The query can't be read at character ${at}.`)
    const [, punctuation, text, word] = match
    if (punctuation !== undefined) tokens.push({ kind: 'punctuation', text: punctuation as Punctuation })
    else if (text !== undefined) tokens.push({ kind: 'text', text: JSON.parse(text) as string })
    else tokens.push({ kind: 'word', text: word ?? '' })
  }
  return tokens
}

function wordValue(word: string): Json {
  if (word === 'true' || word === 'false') return word === 'true'
  if (word === 'null') return null
  if (integer.test(word)) {
    const value = Number(word)
    return Number.isSafeInteger(value) ? value : { $type: 'BigInt', value: word }
  }
  // What is left is the name of an enum's value.
  return decimal.test(word) ? Number(word) : word
}

class Reader {
  readonly #tokens: Token[]
  #next = 0

  constructor(source: string) {
    this.#tokens = tokenize(source)
  }

  #take(): Token {
    const token = this.#tokens[this.#next]
    if (token === undefined) throw new Error('The query ends too early.')
    this.#next += 1
    return token
  }

  #sees(text: Punctuation): boolean {
    const token = this.#tokens[this.#next]
    return token?.kind === 'punctuation' && token.text === text
  }

  #expect(text: Punctuation): void {
    const token = this.#take()
    if (token.kind !== 'punctuation' || token.text !== text) throw new Error(`The query has ${token.text} for ${text}.`)
  }

  #name(): string {
    const token = this.#take()
    if (token.kind === 'punctuation') throw new Error(`The query has ${token.text} for a name.`)
    return token.text
  }

  #pairsUntil(close: Punctuation): JsonObject {
    const pairs: JsonObject = {}
    while (!this.#sees(close)) {
      const key = this.#name()
      this.#expect(':')
      pairs[key] = this.#value()
    }
    this.#expect(close)
    return pairs
  }

  #value(): Json {
    const token = this.#take()
    if (token.kind === 'text') return token.text
    if (token.kind === 'word') return wordValue(token.text)
    if (token.text === '{') return this.#pairsUntil('}')
    if (token.text !== '[') throw new Error(`The query has ${token.text} for a value.`)
    const items: Json[] = []
    while (!this.#sees(']')) items.push(this.#value())
    this.#expect(']')
    return items
  }

  #arguments(): JsonObject {
    if (!this.#sees('(')) return {}
    this.#expect('(')
    return this.#pairsUntil(')')
  }

  #selection(): Selection {
    const selection: Selection = {}
    if (!this.#sees('{')) return selection
    this.#expect('{')
    while (!this.#sees('}')) {
      const field = this.#name()
      const isPlain = !this.#sees('(') && !this.#sees('{')
      selection[field] = isPlain ? true : { arguments: this.#arguments(), selection: this.#selection() }
    }
    this.#expect('}')
    return selection
  }

  operation(): Operation {
    const kind = this.#name()
    if (kind !== 'query' && kind !== 'mutation') throw new Error(`The query starts with ${kind}.`)
    this.#expect('{')
    const alias = this.#name()
    let field = alias
    if (this.#sees(':')) {
      this.#expect(':')
      field = this.#name()
    }
    const operation = { alias, field, arguments: this.#arguments(), selection: this.#selection() }
    this.#expect('}')
    return operation
  }
}

/** Reads the GraphQL text that prisma-client-py writes; throws on what it never writes. */
export const readOperation = (source: string): Operation => new Reader(source).operation()
