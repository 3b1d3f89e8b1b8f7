import type { CatalogueModel } from '#lib/gateway/catalogue.ts'
import type { PricedModel } from '#lib/rating/import-prices.ts'
import {
  blockKey,
  deleteKey,
  findKeyByAlias,
  generateKey,
  keyInfo,
  type KnownKey,
  type LitellmKey,
  type NewKey,
  unblockKey,
} from './keys.ts'
import { type KeyLimits, setKeyLimits } from './key-limits.ts'
import { type KeyRestriction, restrictKey } from './restrict-key.ts'
import { modelPrices } from './model-prices.ts'
import { catalogue } from './catalogue.ts'
import { type DayTotals, dayTotals } from './day-totals.ts'
import { createSend, type LitellmAddress, type Send } from './request.ts'
import { modelListSchema, readinessSchema } from './schemas.ts'
import { statusOfCall } from './status-of-call.ts'
import { type SpendLogPage, type SpendLogQuery, spendLogs } from './spend-logs.ts'

/** LiteLLM's administration, with the master key. Every call has a time limit; no secret is ever in an error. */
export interface LitellmClient {
  generateKey(key: NewKey): Promise<{ hash: string }>
  deleteKey(key: { hash: string } | { alias: string }): Promise<boolean>
  blockKey(hash: string): Promise<void>
  unblockKey(hash: string): Promise<void>
  setKeyLimits(hash: string, limits: KeyLimits): Promise<void>
  restrictKey(hash: string, restriction: KeyRestriction): Promise<void>
  keyInfo(hash: string): Promise<KnownKey | null>
  findKeyByAlias(alias: string): Promise<LitellmKey | null>
  spendLogs(query: SpendLogQuery): Promise<SpendLogPage>
  dayTotals(day: string, keyHash: string | null): Promise<DayTotals | null>
  readiness(): Promise<{ ready: boolean }>
  listModels(): Promise<LitellmModel[]>
  catalogue(): Promise<CatalogueModel[]>
  modelPrices(): Promise<PricedModel[]>
  statusOfCall(secret: string, body: object): Promise<number>
}

interface LitellmModel {
  readonly name: string
  /** `chat`, `embedding`, … where LiteLLM knows. */
  readonly mode: string | null
}

const readinessTimeoutMs = 3_000

export function createLitellmClient(address: LitellmAddress): LitellmClient {
  const send = createSend(address)
  return {
    generateKey: (key) => generateKey(send, key),
    deleteKey: (key) => deleteKey(send, key),
    blockKey: (hash) => blockKey(send, hash),
    unblockKey: (hash) => unblockKey(send, hash),
    setKeyLimits: (hash, limits) => setKeyLimits(send, hash, limits),
    restrictKey: (hash, restriction) => restrictKey(send, hash, restriction),
    keyInfo: (hash) => keyInfo(send, hash),
    findKeyByAlias: (alias) => findKeyByAlias(send, alias),
    spendLogs: (query) => spendLogs(send, query),
    dayTotals: (day, keyHash) => dayTotals(send, day, keyHash),
    readiness: () => readiness(send),
    listModels: () => listModels(send),
    catalogue: () => catalogue(send),
    modelPrices: () => modelPrices(send),
    statusOfCall: (secret, body) => statusOfCall(address, secret, body),
  }
}

/** Ready means that LiteLLM and its database answer. */
async function readiness(send: Send): Promise<{ ready: boolean }> {
  const timeoutMs = readinessTimeoutMs
  const answer = await send({ method: 'GET', path: '/health/readiness', schema: readinessSchema, timeoutMs })
  return { ready: answer.status === 'healthy' && answer.db === 'connected' }
}

async function listModels(send: Send): Promise<LitellmModel[]> {
  const { data } = await send({ method: 'GET', path: '/v1/models', schema: modelListSchema })
  return data.map(({ id, mode }) => ({ name: id, mode: mode ?? null }))
}
