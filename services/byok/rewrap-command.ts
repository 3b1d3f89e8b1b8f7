import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceContext } from '#services/platform/context.ts'
import { requireMasterKeys } from './require-master-keys.ts'
import { rewrapKeys } from './rewrap-keys.ts'
import { countStaleKeys, type KeyPlace } from './store.ts'

const PAUSE_MS = 200

/** Wraps every key anew; cut off anywhere, the next run goes on. What it did and what is left to do, in sentences. */
export async function rewrapCommand(ctx: ServiceContext): Promise<{ text: string; isClear: boolean }> {
  const masterKey = requireMasterKeys(ctx).current.id
  let done = 0
  for (;;) {
    const round = await rewrapAll(ctx)
    done += round.done
    if ((await countStaleKeys(ctx.db, masterKey)) <= round.refused.length) return told(done, round.refused)
    // Somebody else had keys in hand, or stored one under an older master key meanwhile.
    await sleep(PAUSE_MS)
  }
}

async function rewrapAll(ctx: ServiceContext): Promise<{ done: number; refused: KeyPlace[] }> {
  const refused: KeyPlace[] = []
  let done = 0
  let after: KeyPlace | null = null
  do {
    const page = await rewrapKeys(ctx, after)
    done += page.done
    refused.push(...page.refused)
    after = page.next
  } while (after)
  return { done, refused }
}

function told(done: number, refused: readonly KeyPlace[]): { text: string; isClear: boolean } {
  const faults = refused.map(({ accountId, provider }) => `${provider} of account ${accountId} does not open.`)
  const end =
    refused.length === 0
      ? 'Older master keys may be removed from BYOK_ENCRYPTION_KEY.'
      : 'Their owners enter them again. Nobody else can use them meanwhile.'
  return { text: [`${done} keys wrapped anew.`, ...faults, end].join('\n'), isClear: refused.length === 0 }
}
