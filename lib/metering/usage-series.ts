import { portableSha256 } from '../merkle/hash.ts'

/** What usage is added up by. A label that a call doesn't have is the empty text. */
export interface UsageSeries {
  readonly deploymentId: string
  /** `vault:7` */
  readonly account: string
  readonly keyHash: string
  /** Id of the credit account's own key; of a vault's calls the empty text. */
  readonly accountKey: string
  readonly endUser: string
  readonly organization: string
  readonly feature: string
  readonly model: string
  readonly provider: string
}

/**
 * The columns as a JSON array in their fixed order: the same text for the same series only. The account's key is left
 * out where there is none, so that a series has the id that it had before such keys were told apart.
 */
export const seriesText = (series: UsageSeries): string =>
  JSON.stringify([
    series.deploymentId,
    series.account,
    series.keyHash,
    series.endUser,
    series.organization,
    series.feature,
    series.model,
    series.provider,
    ...(series.accountKey === '' ? [] : [series.accountKey]),
  ])

/** A series' id: the first 128 bits of the SHA-256 of its columns, written as a UUID. Nobody has to hand it out. */
export function seriesId(series: UsageSeries, hash = portableSha256): string {
  const hex = hash(seriesText(series))
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')
}
