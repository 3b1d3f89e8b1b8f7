'use client'

import { clsx } from 'clsx'
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'

interface ModalProps {
  open: boolean
  title: string
  children?: ReactNode
  actions: ReactNode
  /** False: what others put over the page, such as a bank's question, can be reached meanwhile. */
  isModal?: boolean
  /** Escape asked for it. */
  onClose: () => void
}

/** The browser's own modal dialog: it traps focus, makes the rest inert and gives focus back to the opener. */
export function Modal({ open, title, children, actions, isModal = true, onClose }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  // While it is still in the page: one that was removed gives no focus back.
  useLayoutEffect(() => {
    const shown = dialog.current
    if (open && isModal) shown?.showModal()
    else if (open) shown?.show()
    return () => shown?.close()
  }, [open, isModal])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      className={clsx(
        'fixed inset-0 z-20 m-auto h-fit w-[min(28rem,calc(100vw-2rem))] rounded-lg border border-line bg-surface p-6 text-text',
        'shadow-popover backdrop:bg-veil',
      )}
    >
      <h2 id={titleId} className="text-lg font-semibold">
        {title}
      </h2>
      {children ? <div className="mt-2 text-sm text-text-2">{children}</div> : null}
      <div className="mt-6 flex flex-wrap justify-end gap-2">{actions}</div>
    </dialog>
  )
}
