'use client'

import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useAnnounce } from '#hooks/use-announce.ts'
import { buttonClass, type ButtonKind } from './button.tsx'

const COPIED_MS = 2_000

interface CopyButtonProps {
  value: string
  /** What is copied: "Copy key", said to screen readers even when only the icon shows. */
  label: string
  iconOnly?: boolean
  kind?: ButtonKind
  onCopied?: () => void
}

/** Writes exactly the value to the clipboard and says so once. */
export function CopyButton({ value, label, iconOnly = false, kind = 'secondary', onCopied }: CopyButtonProps) {
  const announce = useAnnounce()
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), COPIED_MS)
    return () => clearTimeout(timer)
  }, [state])

  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value)
      setState('copied')
      announce('Copied')
      onCopied?.()
    } catch {
      setState('refused')
      announce('The browser refused to copy. Select the text and copy it by hand.', 'assertive')
    }
  }
  const Icon = state === 'copied' ? Check : Copy
  const words = state === 'copied' ? 'Copied' : state === 'refused' ? 'Select and copy' : label
  const look = iconOnly
    ? 'inline-flex size-6 items-center justify-center rounded-sm text-text-2 hover:text-text pointer-coarse:size-11'
    : buttonClass(kind, 'min-w-[15ch]')
  return (
    <button type="button" className={look} onClick={copy} aria-label={iconOnly ? words : undefined} title={label}>
      <Icon aria-hidden="true" size={iconOnly ? 14 : 16} strokeWidth={1.5} />
      {iconOnly ? null : words}
    </button>
  )
}
