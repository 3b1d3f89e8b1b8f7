import type { FlowNetwork } from '../flow/addresses.ts'
import { MAX_MODELS_PER_PERIOD } from '../metering/model-name.ts'
import { isPeriod } from '../period/period.ts'
import {
  BILL_KIND,
  type BilledPeriod,
  type BillHeader,
  type Place,
  type Receipt,
  RECEIPT_KIND,
  RECEIPT_VERSION,
  type ReceiptEvent,
  type ReceiptState,
  type SettledAs,
} from './receipt.ts'
import {
  countOf,
  fieldsOf,
  type Fields,
  hashOf,
  jsonOf,
  listOf,
  oneOf,
  payerOf,
  ShapeFault,
  textOf,
  wholeOf,
} from './shape.ts'

/** More hashes than a path through any tree can have. */
const MAX_PATH = 64
const MAX_LEAF_CHARS = 4_096
const MAX_ORDINAL = 2 ** 31 - 1
const NETWORKS: readonly FlowNetwork[] = ['emulator', 'testnet', 'mainnet']

export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: string }

function parsed<T>(read: () => T): Parsed<T> {
  try {
    return { ok: true, value: read() }
  } catch (error) {
    if (error instanceof ShapeFault) return { ok: false, fault: error.message }
    throw error
  }
}

/** Reads a receipt strictly: every field of its version and no other. */
export const parseReceipt = (text: string): Parsed<Receipt> =>
  parsed(() => {
    const names = ['kind', 'version', 'network', 'contract', 'deployment', 'vault', 'period', 'event', 'settlement']
    const fields = fieldsOf(jsonOf(text, 'receipt'), 'receipt', names)
    return {
      kind: oneOf(fields['kind'], 'kind', [RECEIPT_KIND]),
      version: versionOf(fields),
      ...placeOf(fields),
      ...periodOf(fields, payerOf(fields['vault'], 'vault')),
      event: eventOf(fields['event']),
      settlement: settlementOf(fields['settlement']),
    }
  })

/** Reads the first line of a bill as strictly. */
export const parseBillHeader = (text: string): Parsed<BillHeader> =>
  parsed(() => {
    const about = ['kind', 'version', 'network', 'contract', 'deployment', 'vault', 'period']
    const fields = fieldsOf(jsonOf(text, 'bill'), 'bill', [...about, 'root', 'reading', 'transaction'])
    return {
      kind: oneOf(fields['kind'], 'kind', [BILL_KIND]),
      version: versionOf(fields),
      ...placeOf(fields),
      ...periodOf(fields, countOf(fields['vault'], 'vault')),
      ...settledAs(fields),
    }
  })

const versionOf = (fields: Fields): 1 => {
  if (fields['version'] === RECEIPT_VERSION) return RECEIPT_VERSION
  throw new ShapeFault('version', 'is not 1, the one that this check understands')
}

const placeOf = (fields: Fields): Place => ({
  network: oneOf(fields['network'], 'network', NETWORKS),
  contract: textOf(fields['contract'], 'contract', /^0x[0-9a-f]{16}$/, 'is not a Flow address'),
  deployment: textOf(fields['deployment'], 'deployment', /^[0-9A-Za-z-]{1,128}$/, 'is not a deployment'),
})

function periodOf(fields: Fields, vault: string): BilledPeriod {
  const period = wholeOf(fields['period'], 'period', 0, 999_999)
  if (!isPeriod(period)) throw new ShapeFault('period', 'is not a month as YYYYMM')
  return { vault, period }
}

function eventOf(value: unknown): ReceiptEvent {
  const { id, ordinal, leaf, leafHash } = fieldsOf(value, 'event', ['id', 'ordinal', 'leaf', 'leafHash'])
  if (typeof leaf === 'string' && leaf.length > MAX_LEAF_CHARS) throw new ShapeFault('event.leaf', 'is too long')
  return {
    id: textOf(id, 'event.id', /^[A-Za-z0-9._:-]{1,256}$/, 'is not an id'),
    ordinal: wholeOf(ordinal, 'event.ordinal', 0, MAX_ORDINAL),
    leaf: leaf === null ? null : textOf(leaf, 'event.leaf', /^/, 'is not text'),
    leafHash: hashOf(leafHash, 'event.leafHash'),
  }
}

function settlementOf(value: unknown): ReceiptState {
  const state = typeof value === 'object' && value !== null && 'state' in value ? value.state : undefined
  switch (oneOf(state, 'settlement.state', ['settled', 'waiting', 'unbilled', 'credits'])) {
    case 'waiting':
      return waitingOf(fieldsOf(value, 'settlement', ['state', 'expectedBy']))
    case 'unbilled': {
      const { reason } = fieldsOf(value, 'settlement', ['state', 'reason'])
      return { state: 'unbilled', reason: textOf(reason, 'settlement.reason', /^[a-z_]{1,64}$/, 'is not a reason') }
    }
    case 'credits': {
      const fields = fieldsOf(value, 'settlement', ['state', 'size', 'path', 'root'])
      return { state: 'credits', ...placeInTree(fields), root: hashOf(fields['root'], 'root') }
    }
    default: {
      const fields = fieldsOf(value, 'settlement', ['state', 'size', 'path', 'root', 'reading', 'transaction'])
      return { state: 'settled', ...placeInTree(fields), ...settledAs(fields) }
    }
  }
}

const placeInTree = (fields: Fields) => ({
  size: wholeOf(fields['size'], 'settlement.size', 1, MAX_ORDINAL + 1),
  path: listOf(fields['path'], 'settlement.path', MAX_PATH).map((hash) => hashOf(hash, 'settlement.path')),
})

function waitingOf({ expectedBy }: Fields): ReceiptState {
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
  const at = expectedBy === null ? null : textOf(expectedBy, 'settlement.expectedBy', instant, 'is not an instant')
  return { state: 'waiting', expectedBy: at }
}

function settledAs(fields: Fields): SettledAs {
  const reading = fieldsOf(fields['reading'], 'reading', ['sequence', 'eventCount', 'models'])
  const models = listOf(reading['models'], 'reading.models', MAX_MODELS_PER_PERIOD).map((each) => {
    const { model, tokens } = fieldsOf(each, 'reading.models', ['model', 'tokens'])
    return {
      model: textOf(model, 'reading.models', /^[a-z0-9._:/@-]{1,128}$/, 'has a name that is none'),
      tokens: countOf(tokens, 'reading.models'),
    }
  })
  return {
    root: hashOf(fields['root'], 'root'),
    transaction: hashOf(fields['transaction'], 'transaction'),
    reading: {
      sequence: countOf(reading['sequence'], 'reading.sequence'),
      eventCount: countOf(reading['eventCount'], 'reading.eventCount'),
      models,
    },
  }
}
