import { clsx } from 'clsx'

export const MAIN_ID = 'main'

export function SkipLink() {
  return (
    <a
      href={`#${MAIN_ID}`}
      className={clsx(
        'sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md',
        'focus:bg-surface focus:px-4 focus:py-2 focus:font-medium focus:shadow-popover',
      )}
    >
      Skip to content
    </a>
  )
}
