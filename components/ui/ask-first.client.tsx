'use client'

import type { ReactNode } from 'react'
import { useAttempt } from '#hooks/use-attempt.ts'
import { Button } from './button.tsx'
import { Modal } from './modal.client.tsx'

interface AskFirstProps {
  title: string
  children: ReactNode
  /** What is done: "Revoke key". */
  label: string
  onConfirm: () => Promise<void>
  onClose: () => void
}

/** Asks before something that can't be undone; what goes wrong is said where it was asked. */
export function AskFirst({ title, children, label, onConfirm, onClose }: AskFirstProps) {
  const { busy, fault, attempt } = useAttempt()
  return (
    <Modal
      open
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="danger" aria-disabled={busy} onClick={() => void attempt(onConfirm)}>
            {label}
          </Button>
        </>
      }
    >
      {children}
      {fault ? <p className="mt-2 text-bad">{fault.message}</p> : null}
    </Modal>
  )
}
