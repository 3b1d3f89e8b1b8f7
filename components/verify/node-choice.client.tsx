'use client'

import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { rememberNode } from '#hooks/verify-node.ts'
import { parseNodeAddress } from '#lib/receipts/node-address.ts'

interface NodeChoiceProps {
  /** The node that is asked now. */
  asked: string
  /** Whether the visitor chose it. */
  isOwn: boolean
  /** Called before the page is loaded anew, so that nothing typed is lost. */
  onLeave: () => void
}

/** Which Flow node is asked. Another one is allowed by the page's policy only after the page was loaded anew. */
export function NodeChoice({ asked, isOwn, onLeave }: NodeChoiceProps) {
  const [address, setAddress] = useState('')
  const [error, setError] = useState<string | undefined>()
  const change = (to: string | null): void => {
    rememberNode(to)
    onLeave()
    location.reload()
  }
  const use = (): void => {
    const parsed = parseNodeAddress(address)
    if (parsed === null) setError('Give the REST address of a Flow access node, like https://rest-mainnet.onflow.org.')
    else change(parsed)
  }
  return (
    <details className="mt-6 text-sm">
      <summary className="cursor-pointer text-text-2">
        The chain is asked at <span className="font-mono wrap-anywhere">{asked}</span>
        {isOwn ? ', your own choice' : ''}
      </summary>
      <form
        className="mt-3 max-w-xl space-y-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          use()
        }}
      >
        <Field
          id="node"
          label="Another Flow node"
          inputMode="url"
          placeholder="https://…"
          spellCheck={false}
          value={address}
          error={error}
          hint="A node that you run or trust. It is remembered in this browser only."
          onChange={({ target }) => setAddress(target.value)}
        />
        <div className="flex flex-wrap gap-2">
          <Button type="submit">Use this node</Button>
          {isOwn ? (
            <Button kind="quiet" onClick={() => change(null)}>
              Use the usual node again
            </Button>
          ) : null}
        </div>
      </form>
    </details>
  )
}
