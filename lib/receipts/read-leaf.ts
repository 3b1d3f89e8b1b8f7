import { canonicalLeaf, type LeafFacts } from '../metering/canonical-leaf.ts'
import { isPeriod } from '../period/period.ts'
import type { Parsed } from './parse-receipt.ts'
import { countOf, fieldsOf, type Fields, hashOf, jsonOf, payerOf, ShapeFault, textOf, wholeOf } from './shape.ts'

const NAMES = ['v', 'id', 'vault', 'period', 'ordinal', 'key', 'at', 'model', 'input', 'output', 'billable']
const MAX_ORDINAL = 2 ** 31 - 1

function instantOf(value: unknown): Date {
  const text = textOf(value, 'at', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'is not an instant')
  const instant = new Date(text)
  if (Number.isNaN(instant.getTime())) throw new ShapeFault('at', 'is not an instant')
  return instant
}

function factsOf(fields: Fields): LeafFacts {
  if (fields['v'] !== 1) throw new ShapeFault('v', 'is not 1, the one version of leaves')
  const period = wholeOf(fields['period'], 'period', 0, 999_999)
  if (!isPeriod(period)) throw new ShapeFault('period', 'is not a month as YYYYMM')
  return {
    id: textOf(fields['id'], 'id', /^[A-Za-z0-9._:-]{1,256}$/, 'is not an id'),
    vaultId: BigInt(payerOf(fields['vault'], 'vault')),
    period,
    ordinal: wholeOf(fields['ordinal'], 'ordinal', 0, MAX_ORDINAL),
    keyHash: hashOf(fields['key'], 'key'),
    startedAt: instantOf(fields['at']),
    model: textOf(fields['model'], 'model', /^[a-z0-9._:/@-]{1,128}$/, 'is not a model'),
    inputTokens: BigInt(countOf(fields['input'], 'input')),
    outputTokens: BigInt(countOf(fields['output'], 'output')),
    billableTokens: BigInt(countOf(fields['billable'], 'billable')),
  }
}

/** Reads the canonical text of a leaf. Only the very bytes that these facts are written in are one. */
export function readLeaf(text: string): Parsed<LeafFacts> {
  try {
    const facts = factsOf(fieldsOf(jsonOf(text, 'leaf'), 'leaf', NAMES))
    if (canonicalLeaf(facts) === text) return { ok: true, value: facts }
    return { ok: false, fault: 'leaf is not written in the canonical form' }
  } catch (error) {
    if (error instanceof ShapeFault) return { ok: false, fault: error.message }
    throw error
  }
}
