import Link from 'next/link'
import { buttonClass } from '#components/ui/button.tsx'
import { Status } from '#components/ui/status.tsx'
import { gravestBlock, keyBlockFact } from '#lib/keys/key-blocks.ts'
import type { AppConfig, KeyBlock, VaultView } from '#hooks/api-types.ts'
import { ModelCosts } from './model-costs.tsx'
import { RecentActivity } from './recent-requests.tsx'
import { SettlementLine } from './settlement-line.tsx'
import { vaultName, vaultStatus } from './vault-figures.ts'
import { VaultStrip } from './vault-strip.tsx'

const MODELS_SHOWN = 4
const REQUESTS_SHOWN = 3

/** The key as far as it may be seen; what is unfinished about it can be finished from here. */
function KeyLine({ view: { key, vault } }: { view: VaultView }) {
  const made = key.state === 'active' || key.state === 'blocked'
  if (made && key.acknowledged) {
    return (
      <p className="text-xs text-text-2">
        Key{' '}
        <span className="font-mono text-text" data-masked-key>
          {key.masked}
        </span>
        {key.state === 'blocked' ? <Blocked blocks={key.blocks} /> : null}
      </p>
    )
  }
  return (
    <div className="flex flex-wrap items-center justify-between gap-3 rounded-md bg-warn-soft px-3 py-2 text-sm">
      {made ? (
        <p className="text-warn">
          Nobody confirmed having key{' '}
          <span className="font-mono" data-masked-key>
            {key.masked}
          </span>
        </p>
      ) : (
        <p className="text-warn">This subscription has no key yet.</p>
      )}
      <Link className={buttonClass('secondary')} href={`/subscriptions/${vault.id}/key`}>
        {made ? 'Make a new key' : 'Get the key'}
      </Link>
    </div>
  )
}

/** In a few words why the key is refused; what to do stands on the subscription's page. */
function Blocked({ blocks }: { blocks: readonly KeyBlock[] }) {
  const gravest = gravestBlock(blocks.map(({ reason }) => reason))
  return <span className="text-bad"> blocked{gravest ? `: ${keyBlockFact(gravest)}` : ''}</span>
}

/** One subscription: its key, what is left and owed, cost by model, recent activity, last settlement. */
export function VaultTile({ view, config }: { view: VaultView; config: AppConfig }) {
  const { vault, usage, settlement } = view
  const { tone, word } = vaultStatus(vault)
  return (
    <article
      aria-labelledby={`vault-${vault.id}`}
      data-vault={vault.id}
      className="flex min-w-0 flex-col gap-4 rounded-lg border border-line bg-surface p-5"
    >
      <header>
        <div className="flex items-center justify-between gap-3">
          <h2 id={`vault-${vault.id}`} className="min-w-0 truncate text-lg font-semibold" title={vault.serviceName}>
            <Link className="hover:underline" href={`/subscriptions/${vault.id}`}>
              {vaultName(vault)}
            </Link>
          </h2>
          <Status tone={tone}>{word}</Status>
        </div>
        <div className="mt-1">
          <KeyLine view={view} />
        </div>
      </header>
      <VaultStrip compact view={view} settleIntervalMs={config.settleIntervalMs} />
      <section className="border-t border-line pt-3">
        <h3 className="mb-2 text-xs text-text-2">Cost by model, at today’s tier</h3>
        {usage.models.length > 0 ? (
          <ModelCosts models={usage.models} most={MODELS_SHOWN} />
        ) : (
          <Quiet>No requests this period.</Quiet>
        )}
      </section>
      <section className="border-t border-line pt-3">
        <h3 className="mb-2 text-xs text-text-2">Recent activity</h3>
        {usage.recent.length > 0 ? <RecentActivity usage={usage} most={REQUESTS_SHOWN} /> : <Quiet>Nothing yet.</Quiet>}
      </section>
      <section className="mt-auto border-t border-line pt-3">
        <h3 className="mb-2 text-xs text-text-2">Last settlement</h3>
        <SettlementLine settlement={settlement} network={config.network} />
      </section>
    </article>
  )
}

const Quiet = ({ children }: { children: string }) => <p className="text-xs text-text-3">{children}</p>
