import Link from 'next/link'
import type { ReactNode } from 'react'
import { buttonClass } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { Time } from '#components/ui/time.client.tsx'
import { gravestBlock, keyBlockFact, type KeyBlockReason, keyBlockSentence } from '#lib/keys/key-blocks.ts'
import type { KeyBlock, VaultView } from '#hooks/api-types.ts'

interface BlockedNoticeProps {
  view: VaultView
  isOwner: boolean
}

/** Several limits may block one key: each reason is said once. */
const oncePerReason = (blocks: readonly KeyBlock[]): KeyBlock[] =>
  blocks.filter(({ reason }, index) => blocks.findIndex((other) => other.reason === reason) === index)

/** Why the key is refused, and what its owner can do about it. */
export function BlockedNotice({ view: { key, vault }, isOwner }: BlockedNoticeProps) {
  const blocks = oncePerReason(key.blocks)
  const gravest = gravestBlock(blocks.map(({ reason }) => reason))
  return (
    <Notice
      tone="warn"
      title="The key is blocked: LiteLLM refuses its requests."
      actions={isOwner && gravest ? <WayOut reason={gravest} vaultId={vault.id} /> : null}
    >
      <ul className="space-y-1">
        {blocks.map(({ reason, since }) => (
          <li key={reason} data-block={reason}>
            {isOwner ? keyBlockSentence(reason) : keyBlockFact(reason)}{' '}
            <span className="text-xs whitespace-nowrap">
              Blocked <Time at={since} />.
            </span>
          </li>
        ))}
      </ul>
    </Notice>
  )
}

/** Where the gravest reason can be dealt with; a deposit and a closing have their buttons on the page itself. */
function WayOut({ reason, vaultId }: { reason: KeyBlockReason; vaultId: string }): ReactNode {
  const [path, label] =
    reason === 'transferred'
      ? [`/subscriptions/${vaultId}/key`, 'Make a new key']
      : reason === 'paused' || reason === 'capped' || reason === 'expired'
        ? [`/subscriptions/${vaultId}/settings`, 'Open the settings']
        : reason === 'closed'
          ? ['/subscriptions/new', 'Create New']
          : [null, null]
  return path ? (
    <Link className={buttonClass()} href={path}>
      {label}
    </Link>
  ) : null
}
