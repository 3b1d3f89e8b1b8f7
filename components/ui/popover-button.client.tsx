'use client'

import { clsx } from 'clsx'
import { type ComponentProps, type ReactNode, Suspense, useId, useState } from 'react'

interface PopoverButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  /** What stands on the button. */
  face: ReactNode
  /** Below the header's right end, or above a phone's bar. */
  place?: 'header' | 'bar'
  /** Drawn when the popover is first opened; its code may come then. Gets a function that closes it. */
  children: (close: () => void) => ReactNode
}

/** A button with a native popover at the right; Escape and a click elsewhere close it. */
export function PopoverButton({ face, place = 'header', children, ...button }: PopoverButtonProps) {
  const id = useId()
  const [opened, setOpened] = useState(false)
  const close = (): void => document.getElementById(id)?.hidePopover()
  return (
    <>
      <button type="button" popoverTarget={id} {...button}>
        {face}
      </button>
      <div
        id={id}
        popover="auto"
        onToggle={(event) => event.newState === 'open' && setOpened(true)}
        className={clsx(
          'fixed inset-auto right-4 m-0 w-80 max-w-[calc(100vw-2rem)] rounded-md border border-line',
          'bg-surface p-4 text-sm text-text shadow-popover',
          place === 'header' ? 'top-14' : 'bottom-16',
        )}
      >
        {opened ? <Suspense fallback={null}>{children(close)}</Suspense> : null}
      </div>
    </>
  )
}
