import { clsx } from 'clsx'

export interface Note {
  tone: 'neutral' | 'bad'
  text: string
}

/** How an attempt with the wallet ended, below the button that began it. */
export function WalletNote({ note }: { note: Note }) {
  return (
    <p
      className={clsx(
        'absolute top-full right-0 z-10 mt-2 w-64 rounded-md border border-line bg-surface p-3 text-xs',
        'shadow-popover',
        note.tone === 'bad' ? 'text-bad' : 'text-text-2',
      )}
    >
      {note.text}
    </p>
  )
}
