import { findKeyProvider, type KeyProvider } from '#lib/byok/providers.ts'
import type { NoticeTone } from '#components/ui/notice.tsx'
import type { KeyTest } from '#hooks/use-provider-keys.ts'

/** How a test of a key ended, in words. */
export function testInWords({ outcome, status }: KeyTest, { name }: KeyProvider): { tone: NoticeTone; title: string } {
  if (outcome === 'valid') return { tone: 'ok', title: `${name} takes this key.` }
  if (outcome === 'refused') return { tone: 'bad', title: `${name} refuses this key. Replace it.` }
  const why = status === null ? 'gave no answer' : `answered ${status}`
  return { tone: 'warn', title: `${name} ${why}, so it is not known whether the key works. Test it again later.` }
}

const MOST_ADDRESS = 500

export interface KeyFaults {
  key?: string | undefined
  address?: string | undefined
}

/** What is wrong with a key that somebody entered; the server looks again. */
export function keyFaults(provider: string, key: string, address: string): KeyFaults {
  const known = findKeyProvider(provider)
  const isShaped = known?.keyShape.test(key.trim()) ?? false
  const isAddress = address === '' || (/^https:\/\/\S+$/.test(address) && address.length <= MOST_ADDRESS)
  return {
    key: isShaped ? undefined : `Enter ${known?.keyHint ?? 'a key'}.`,
    address: isAddress ? undefined : 'Enter an address that starts with https://, or leave it empty.',
  }
}
