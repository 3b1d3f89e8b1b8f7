/** A sentence with which a contract refuses something. */
export interface Sentence {
  /** Where it begins in the contract. */
  readonly line: number
  /** Matches it, whatever numbers and names are put in. */
  readonly pattern: RegExp
}

/**
 * Every sentence of a contract's conditions and panics. They begin with the contract's name in quotation marks, and go
 * on by `.concat`.
 */
export function sentencesOf(contract: string, source: string): Sentence[] {
  const begins = [...source.matchAll(new RegExp(`"${contract}\\.`, 'g'))].map(({ index }) => index)
  const sentences = begins.map((index) => ({
    line: source.slice(0, index).split('\n').length,
    pieces: piecesFrom(source, index),
  }))
  // A name that events or paths begin with is no sentence.
  return sentences
    .filter(({ pieces }) => pieces.some((piece) => piece?.includes('Cannot ')))
    .map(({ line, pieces }) => ({ line, pattern: new RegExp(pieces.map(toPattern).join('')) }))
}

/** A literal, or null for what is put in. */
type Piece = string | null

const toPattern = (piece: Piece): string =>
  piece === null ? String.raw`[^\n]*?` : piece.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

const literal = /"((?:[^"\\]|\\.)*)"/y

/** The literals of an expression that begins with one, in their order, and what stands between them. */
function piecesFrom(source: string, index: number): Piece[] {
  literal.lastIndex = index
  const pieces: Piece[] = [literal.exec(source)?.[1] ?? '']
  const next = /\s*\.concat\(/y
  for (next.lastIndex = literal.lastIndex; next.test(source);) {
    const end = endOfArgument(source, next.lastIndex)
    const argument = source.slice(next.lastIndex, end).trim()
    pieces.push(/^"(?:[^"\\]|\\.)*"$/.test(argument) ? argument.slice(1, -1) : null)
    next.lastIndex = end + 1
  }
  return pieces
}

/** The index of the parenthesis that closes an argument. */
function endOfArgument(source: string, from: number): number {
  let depth = 0
  for (let at = from; at < source.length; at += 1) {
    const sign = source[at]
    if (sign === '"') {
      literal.lastIndex = at
      literal.exec(source)
      at = literal.lastIndex - 1
    } else if (sign === '(') depth += 1
    else if (sign === ')' && depth === 0) return at
    else if (sign === ')') depth -= 1
  }
  return source.length
}
