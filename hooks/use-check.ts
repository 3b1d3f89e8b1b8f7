'use client'

import { useCallback, useRef, useState } from 'react'
import type { Trust } from '#lib/receipts/step.ts'
import { type Checked, checkDocument, type Progress } from './check-document.ts'

export type CheckState =
  | { readonly state: 'idle' }
  | { readonly state: 'checking'; readonly progress: Progress | null }
  /** Each check has its own number. */
  | { readonly state: 'done'; readonly number: number; readonly checked: Checked }
  /** What was to be checked could not be read. */
  | { readonly state: 'failed'; readonly why: string }

/** Checks one document at a time; a newer one takes the place of one that is still being checked. */
export function useCheck(trust: Trust): {
  state: CheckState
  check: (open: () => Promise<ReadableStream<Uint8Array>>) => Promise<void>
  reset: () => void
} {
  const [state, setState] = useState<CheckState>({ state: 'idle' })
  const turn = useRef(0)
  const { node, contract } = trust
  const check = useCallback(
    async (open: () => Promise<ReadableStream<Uint8Array>>): Promise<void> => {
      const mine = (turn.current += 1)
      const show = (next: CheckState): void => {
        if (turn.current === mine) setState(next)
      }
      show({ state: 'checking', progress: null })
      try {
        const onProgress = (progress: Progress): void => show({ state: 'checking', progress })
        const checked = await checkDocument(await open(), { node, contract }, onProgress)
        show({ state: 'done', number: mine, checked })
      } catch (error) {
        show({ state: 'failed', why: error instanceof Error ? error.message : 'It can’t be read.' })
      }
    },
    [node, contract],
  )
  const reset = useCallback(() => {
    turn.current += 1
    setState({ state: 'idle' })
  }, [])
  return { state, check, reset }
}
