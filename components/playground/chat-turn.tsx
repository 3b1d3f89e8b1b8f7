import Link from 'next/link'
import { buttonClass } from '#components/ui/button.tsx'
import { Notice } from '#components/ui/notice.tsx'
import { showUsdExact } from '#lib/format/money.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import type { ApiError } from '#hooks/api.ts'
import type { ChatEnd } from '#hooks/chat-stream.ts'
import type { Turn } from '#hooks/use-chat.ts'
import { factsOf } from './playground-words.ts'

const LABEL = 'text-xs font-medium text-text-2'

/** A question with its answer, and what the answer cost. */
export function ChatTurn({ turn }: { turn: Turn }) {
  const { question, answer, model, state, end, fault } = turn
  return (
    <article className="max-w-3xl space-y-3" data-turn={state}>
      <div>
        <h2 className={LABEL}>You</h2>
        <p className="whitespace-pre-wrap wrap-anywhere">{question}</p>
      </div>
      <div aria-busy={state === 'waiting' || state === 'answering'}>
        <h2 className={LABEL}>{end?.model ?? model}</h2>
        {answer ? <p className="whitespace-pre-wrap wrap-anywhere">{answer}</p> : null}
        {state === 'waiting' ? <p className="text-text-2">Waiting for the first words.</p> : null}
        {end ? <Cost end={end} /> : null}
        {state === 'stopped' ? (
          <p className="mt-1 text-xs text-text-2">
            Stopped. What the model had answered by then is charged;{' '}
            <Link className="text-accent underline" href="/credits">
              the history has its cost
            </Link>
            .
          </p>
        ) : null}
        {fault ? <Refusal title={answer ? 'Not the whole answer.' : 'No answer.'} fault={fault} /> : null}
      </div>
    </article>
  )
}

function Cost({ end }: { end: ChatEnd }) {
  return (
    <p className="mt-1 flex flex-wrap gap-x-3 text-xs text-text-2">
      {end.costUsd === null ? null : (
        <span className="font-medium text-text" data-cost={end.costUsd}>
          {showUsdExact(parseUsd(end.costUsd))}
        </span>
      )}
      {factsOf(end).map((fact) => (
        <span key={fact}>{fact}</span>
      ))}
      {end.requestId ? (
        <Link prefetch={false} className="text-accent underline" href={`/verify?call=${end.requestId}`}>
          Receipt
        </Link>
      ) : null}
    </p>
  )
}

/** What stands in the way of a request, with the way out of it. */
function Refusal({ title, fault }: { title: string; fault: ApiError }) {
  const isMoney = ['insufficient_credits', 'account_frozen'].includes(fault.code)
  const isCap = ['cap_reached', 'cap_held'].includes(fault.code)
  const way = isMoney ? 'Add credits' : isCap ? 'Raise the cap' : null
  return (
    <Notice
      tone="warn"
      title={title}
      actions={
        way ? (
          <Link className={buttonClass()} href="/credits">
            {way}
          </Link>
        ) : null
      }
    >
      {fault.message}
    </Notice>
  )
}
