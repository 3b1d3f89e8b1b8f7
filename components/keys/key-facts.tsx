import Link from 'next/link'
import { buttonClass } from '#components/ui/button.tsx'
import { Address } from '#components/ui/identifier.client.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { Status } from '#components/ui/status.tsx'
import { gravestBlock } from '#lib/keys/key-blocks.ts'
import type { VaultView } from '#hooks/api-types.ts'
import { BlockedNotice } from './blocked-notice.tsx'

/** The vault's key as far as it may be seen, what stands in its way, and who the parties are. */
export function KeyFacts({ view, isOwner }: { view: VaultView; isOwner: boolean }) {
  const { key, vault } = view
  const isForeign = gravestBlock(key.blocks.map(({ reason }) => reason)) === 'transferred'
  const isOpen = isOwner && !key.acknowledged && !isForeign
  return (
    <div className="space-y-4">
      {key.state === 'blocked' && !isOwner ? <BlockedNotice view={view} isOwner={false} /> : null}
      {isOpen ? (
        <Notice
          tone="warn"
          title={key.masked ? 'Nobody confirmed having this key.' : 'This subscription has no key yet.'}
          actions={
            <Link className={buttonClass('primary')} href={`/subscriptions/${vault.id}/key`}>
              {key.masked ? 'Make a new key' : 'Get the key'}
            </Link>
          }
        />
      ) : null}
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-2 text-sm">
        <dt className="text-text-2">Key</dt>
        <dd className="flex flex-wrap items-center gap-2" data-key-state={key.state}>
          <span className="font-mono">{key.masked ?? 'none yet'}</span>
          {key.state === 'active' ? <Status tone="ok">Works</Status> : null}
          {key.state === 'blocked' ? <Status tone="bad">Blocked</Status> : null}
        </dd>
        <dt className="text-text-2">Vault</dt>
        <dd>{vault.id}</dd>
        <dt className="text-text-2">Provider</dt>
        <dd>
          <Address value={vault.provider} />
        </dd>
        <dt className="text-text-2">Customer</dt>
        <dd>
          <Address value={vault.owner} />
        </dd>
      </dl>
    </div>
  )
}
