'use client'

import { type ReactNode, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { useAnnounce } from '#hooks/use-announce.ts'
import { testBody } from './key-snippets.ts'

interface Target {
  secret: string
  model: string
}

interface TestRequestProps extends Target {
  /** Stands before the button. */
  children: ReactNode
}

type Result = { ok: true; answer: string; tokens: number } | { ok: false; message: string }

interface Completion {
  choices?: { message?: { content?: string } }[]
  usage?: { total_tokens?: number }
  error?: { message?: string }
}

const UNREACHABLE =
  "This browser got no answer. The key isn't at fault: run the command above from where you will use it."

/** Sends what the command above sends, from this browser, as the key's owner. */
async function sendTest({ secret, model }: Target): Promise<Result> {
  try {
    const response = await fetch('/api/v1/llm/chat/completions', {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: testBody(model),
    })
    const body: Completion = await response.json()
    if (!response.ok) return { ok: false, message: body.error?.message ?? `The gateway answered ${response.status}.` }
    return { ok: true, answer: body.choices?.[0]?.message?.content ?? '', tokens: body.usage?.total_tokens ?? 0 }
  } catch {
    return { ok: false, message: UNREACHABLE }
  }
}

/** Proves on the spot that the key works; the request counts like any other. */
export function TestRequest({ children, ...target }: TestRequestProps) {
  const announce = useAnnounce()
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<Result | null>(null)
  const send = async (): Promise<void> => {
    if (busy) return
    setBusy(true)
    const sent = await sendTest(target)
    setResult(sent)
    setBusy(false)
    announce(sent.ok ? 'The key works.' : sent.message, sent.ok ? 'polite' : 'assertive')
  }
  return (
    <div className="mt-3 space-y-3">
      <div className="flex flex-wrap gap-2">
        {children}
        <Button onClick={send} aria-disabled={busy} className="min-w-[24ch]">
          {busy ? 'Waiting for the answer' : 'Send a test request'}
        </Button>
      </div>
      {result?.ok ? (
        <Notice tone="ok" title="The key works.">
          {target.model} answered “{result.answer}”, {result.tokens} tokens.
        </Notice>
      ) : null}
      {result && !result.ok ? (
        <Notice tone="warn" title="The test request got no answer.">
          {result.message}
        </Notice>
      ) : null}
    </div>
  )
}
