import * as z from 'zod'
import { findKeyProvider, KEY_PROVIDERS } from '#lib/byok/providers.ts'

/** A provider whose keys are taken. */
export const keyProviderId = z.enum(KEY_PROVIDERS.map(({ id }) => id) as [string, ...string[]])

/** A key as its owner enters it. */
export const providerKeyInput = z
  .object({
    provider: keyProviderId,
    api_key: z.string().trim().max(512),
    /** Another address of the same protocol; where it may lead is decided when it is stored, and when it is asked. */
    base_url: z
      .url({ protocol: /^https?$/, error: 'must be an address that starts with https://' })
      .max(500)
      .nullish(),
  })
  .superRefine(({ provider, api_key: key }, check) => {
    const known = findKeyProvider(provider)
    if (!known || known.keyShape.test(key)) return
    check.addIssue({ code: 'custom', path: ['api_key'], message: `must be ${known.keyHint}` })
  })
  .transform(({ provider, api_key: key, base_url: baseUrl }) => ({ provider, key, baseUrl: baseUrl ?? null }))
export type ProviderKeyInput = z.output<typeof providerKeyInput>

/** What a list shows: never opened for it. */
export interface ProviderKeyView {
  readonly provider: string
  readonly name: string
  readonly masked: string
  readonly enabled: boolean
  readonly baseUrl: string | null
  readonly updatedAt: Date
}

/** A key in the clear, for the one request that is sent with it. The log redacts fields of this name. */
export interface OpenedKey {
  readonly provider: string
  readonly apiKey: string
  readonly baseUrl: string
}

/** Whether the provider takes a key. `unreachable`: it gave no answer that says so. */
export interface KeyTest {
  readonly provider: string
  readonly outcome: 'valid' | 'refused' | 'unreachable'
  /** The answer's status; null when there was none. */
  readonly status: number | null
  readonly testedAt: Date
}
