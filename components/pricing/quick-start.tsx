import Link from 'next/link'
import { curlCommand } from '#components/keys/key-snippets.ts'

/** From nothing to the first answer. */
export function QuickStart({ gatewayUrl }: { gatewayUrl: string }) {
  return (
    <div className="mt-3 grid gap-6 lg:grid-cols-2">
      <ol className="list-decimal space-y-2 pl-5">
        <li>
          Choose <strong className="font-medium">Connect Wallet</strong> and sign one message.
        </li>
        <li>
          Open{' '}
          <Link className="text-accent underline" href="/subscriptions/new">
            Create New
          </Link>
          , set a FLOW deposit, choose <strong className="font-medium">Create Subscription &amp; API Key</strong>.
        </li>
        <li>Copy the key; it is shown once. Use it with any OpenAI package.</li>
        <li>Watch tokens, cost and balance as requests come in.</li>
      </ol>
      <pre className="whitespace-pre-wrap wrap-anywhere rounded-md border border-line bg-sunken p-4 font-mono text-xs">
        {curlCommand(gatewayUrl, 'sk-your-key', 'gpt-4o')}
      </pre>
    </div>
  )
}
