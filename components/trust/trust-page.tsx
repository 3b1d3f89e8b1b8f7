import { Address } from '#components/ui/identifier.client.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { Section } from '#components/ui/page-header.tsx'
import type { AppConfig, StorageReport } from '#hooks/api-types.ts'

const PROVEN: readonly [string, string][] = [
  [
    'What you pay',
    'The contract prices each reading itself, from tokens by model and the schedule on chain, and takes no more from ' +
      'your vault. Anybody can compute the same price to the last 0.00000001.',
  ],
  [
    'What stays yours',
    'FLOW leaves a vault only to its provider, for what readings entitle it to, or back to its owner. Deposits equal ' +
      'balance, paid and refunded after every transaction.',
  ],
  [
    'Order and repetition',
    'Readings are cumulative and numbered. The same reading again does nothing; a count that falls is refused, and one ' +
      'that was too high is made good by credit from the provider, with its reason on chain.',
  ],
  [
    'Which requests',
    'Each reading carries the root of a Merkle tree over its requests, so a list of requests can be checked against ' +
      'the bill.',
  ],
]

const NOT_PROVEN: readonly [string, string][] = [
  [
    'The count of tokens',
    'LiteLLM reports it and the oracle submits the reading. Until readings are attested by Flare, you trust the oracle ' +
      'for the count.',
  ],
  [
    'Payment beyond the balance',
    'A provider is paid up to the vault’s balance. Usage above it stays as uncovered debt until the next deposit.',
  ],
  ['The models’ answers', 'Nothing here says that an answer is right, or which hardware gave it.'],
]

/** What is proven by whom, what isn't, and who could change it. */
export function TrustPage({ config, storage }: { config: AppConfig; storage: StorageReport }) {
  const { contractAddress, network, rate } = config
  return (
    <div className="max-w-3xl">
      <h1 tabIndex={-1} className="text-2xl font-semibold outline-none">
        What is proven, and by whom
      </h1>
      <Section title="Proven by the contract">
        <Claims claims={PROVEN} />
      </Section>
      <Section title="Not proven">
        <Claims claims={NOT_PROVEN} />
      </Section>
      <Section title="Who could change it">
        <p className="text-text-2">
          The contracts stand in the account <Address value={contractAddress} /> on Flow {network}. Whoever holds that
          account’s key can replace their code, and with it every rule above; a replacement is public on chain. The
          admin registers providers, appoints oracles and publishes schedules with notice. The price of FLOW is{' '}
          {rate.source === 'fixed' ? 'a fixed rate set by the admin' : `from ${rate.source}`}.
        </p>
      </Section>
      <Section title="Room for subscriptions">
        <StorageFacts storage={storage} />
      </Section>
      <Section title="What becomes public">
        <p className="text-text-2">
          Your vault’s name, its balance and how many tokens you used of which model are on chain, for anyone to read
          and for good. What you asked and what was answered is never put there.
        </p>
      </Section>
      <Section title="What is kept of requests">
        <p className="text-text-2">
          Who asked, which model, when and how many tokens: what a bill needs, without the words. A question is passed
          on to the model and not stored here. An answer is stored in one case: when the request carried an
          Idempotency-Key, for 24 hours, so that a retry gets the same one.
        </p>
      </Section>
    </div>
  )
}

const kilobytes = (bytes: string): string => `${(BigInt(bytes) / 1_000n).toLocaleString('en-US')} kB`

/** Vaults lie in the contracts' account, whose FLOW pays for their storage. */
function StorageFacts({ storage }: { storage: StorageReport }) {
  const { usedBytes, capacityBytes, roomForVaults, state } = storage
  return (
    <div className="space-y-3">
      <p className="text-text-2" data-storage={state}>
        Vaults lie in the contracts’ account, and its FLOW pays for their storage: {kilobytes(usedBytes)} of{' '}
        {kilobytes(capacityBytes)} are used, with room for {BigInt(roomForVaults).toLocaleString('en-US')} more
        subscriptions. Subscriptions that exist keep a reserve, so they go on settling when it is full.
      </p>
      {state === 'ok' ? null : (
        <Notice tone="warn" title={state === 'full' ? 'The storage is full.' : 'The storage is nearly full.'}>
          The operator adds FLOW to the account above.
        </Notice>
      )}
    </div>
  )
}

function Claims({ claims }: { claims: readonly [string, string][] }) {
  return (
    <dl className="space-y-4">
      {claims.map(([title, text]) => (
        <div key={title}>
          <dt className="font-medium">{title}</dt>
          <dd className="mt-0.5 text-text-2">{text}</dd>
        </div>
      ))}
    </dl>
  )
}
