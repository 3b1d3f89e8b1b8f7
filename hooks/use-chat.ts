'use client'

import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError } from './api.ts'
import type { ChatEnd, ChatMessage } from './chat-stream.ts'
import type { PowerLevel } from './credit-types.ts'
import { useAnnounce } from './use-announce.ts'

type TurnState = 'waiting' | 'answering' | 'done' | 'stopped' | 'failed'

/** A question with its answer. */
export interface Turn {
  id: number
  question: string
  model: string
  answer: string
  state: TurnState
  end: ChatEnd | null
  fault: ApiError | null
}

const messagesOf = (turns: readonly Turn[], question: string): ChatMessage[] => [
  ...turns
    .filter(({ state, answer }) => state !== 'failed' && answer !== '')
    .flatMap((turn): ChatMessage[] => [
      { role: 'user', content: turn.question },
      { role: 'assistant', content: turn.answer },
    ]),
  { role: 'user', content: question },
]

interface Question {
  text: string
  model: string
  power: PowerLevel
}

/** A conversation that lives as long as the page: one question at a time, with what each answer cost. */
export function useChat(onEnd: () => void) {
  const announce = useAnnounce()
  const [turns, setTurns] = useState<readonly Turn[]>([])
  const [busy, setBusy] = useState(false)
  const stopper = useRef<AbortController | null>(null)
  useEffect(() => () => stopper.current?.abort(), [])

  const ask = useCallback(
    async ({ text, model, power }: Question): Promise<void> => {
      if (stopper.current) return
      const controller = new AbortController()
      stopper.current = controller
      setBusy(true)
      const turn: Turn = { id: Date.now(), question: text, model, answer: '', state: 'waiting', end: null, fault: null }
      const change = (part: Partial<Turn>): void =>
        setTurns((before) => before.map((each) => (each.id === turn.id ? { ...each, ...part } : each)))
      setTurns([...turns, turn])
      try {
        const { streamChat } = await import('./chat-stream.ts')
        const messages = messagesOf(turns, text)
        const onText = (answer: string): void => change({ answer, state: 'answering' })
        const end = await streamChat({ model, power, messages, signal: controller.signal, onText })
        change({ state: 'done', end })
        announce('The answer is complete.')
      } catch (thrown) {
        if (controller.signal.aborted) change({ state: 'stopped' })
        else {
          const fault = thrown instanceof ApiError ? thrown : new ApiError('internal', String(thrown), 0)
          change({ state: 'failed', fault })
          announce(fault.message, 'assertive')
        }
      } finally {
        stopper.current = null
        setBusy(false)
        onEnd()
      }
    },
    [announce, onEnd, turns],
  )
  return { turns, busy, ask, stop: () => stopper.current?.abort(), clear: () => setTurns([]) }
}
