'use client'

import Link from 'next/link'
import { useState } from 'react'
import { Button, buttonClass } from '#components/ui/button.tsx'
import { PageHeader } from '#components/ui/page-header.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { SignInPrompt } from '#components/wallet/sign-in-prompt.tsx'
import { showUsd } from '#lib/format/money.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import type { PowerLevel, PowerTerms } from '#hooks/credit-types.ts'
import { useChat } from '#hooks/use-chat.ts'
import { useCredits } from '#hooks/use-credits.ts'
import { useSession } from '#hooks/use-session.ts'
import { ChatTurn } from './chat-turn.tsx'
import { MessageForm } from './message-form.client.tsx'
import { ModelChoice } from './model-choice.client.tsx'
import { AUTO } from './playground-words.ts'

/** Tries models with the account's credits; every answer says what it cost. */
export function PlaygroundPage({ powers }: { powers: readonly PowerTerms[] }) {
  const { session } = useSession()
  if (session) return <Playground powers={powers} />
  return (
    <>
      <PageHeader title="Playground" />
      <SignInPrompt what="the playground" />
    </>
  )
}

function Playground({ powers }: { powers: readonly PowerTerms[] }) {
  const { data, error, refresh } = useCredits()
  const { turns, busy, ask, stop, clear } = useChat(refresh)
  const [model, setModel] = useState(AUTO)
  const [power, setPower] = useState<PowerLevel>('balanced')
  return (
    <>
      <PageHeader
        title="Playground"
        actions={
          <>
            {turns.length > 0 && !busy ? <Button onClick={clear}>New conversation</Button> : null}
            <Link className={buttonClass()} href="/credits">
              {data ? `${showUsd(parseUsd(data.usable_usd))} usable` : 'Credits'}
            </Link>
          </>
        }
      />
      {error ? <StaleNotice error={error} onRetry={refresh} isEmpty={!data} /> : null}
      <ModelChoice powers={powers} model={model} power={power} onModel={setModel} onPower={setPower} />
      <ol className="mt-6 space-y-6" aria-label="Conversation">
        {turns.map((turn) => (
          <li key={turn.id}>
            <ChatTurn turn={turn} />
          </li>
        ))}
      </ol>
      <MessageForm busy={busy} onSend={(text) => void ask({ text, model, power })} onStop={stop} />
    </>
  )
}
