import { clsx } from 'clsx'
import type { ComponentProps } from 'react'

export type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'danger'

const KINDS: Record<ButtonKind, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-hover border-transparent',
  secondary: 'bg-surface text-text border-line-strong hover:bg-sunken',
  quiet: 'bg-transparent text-text-2 border-transparent hover:bg-sunken hover:text-text',
  danger: 'bg-bad text-on-bad border-transparent hover:opacity-90',
}

/** The look of a button, for links that lead on as well. */
export const buttonClass = (kind: ButtonKind = 'secondary', extra?: string): string =>
  clsx(
    'inline-flex min-h-9 items-center justify-center gap-2 rounded-md border px-4 text-sm font-medium',
    'whitespace-nowrap transition-colors duration-120 ease-out pointer-coarse:min-h-11',
    'aria-disabled:cursor-not-allowed aria-disabled:opacity-60 disabled:cursor-not-allowed disabled:opacity-60',
    KINDS[kind],
    extra,
  )

/** A square button with an icon alone; its words are in `aria-label`. */
export const iconButtonClass = clsx(
  'inline-flex h-9 min-w-9 shrink-0 items-center justify-center gap-1 rounded-md text-text-2',
  'hover:bg-sunken hover:text-text pointer-coarse:h-11 pointer-coarse:min-w-11',
)

export interface ButtonProps extends ComponentProps<'button'> {
  kind?: ButtonKind
}

export function Button({ kind = 'secondary', className, type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={buttonClass(kind, className)} {...rest} />
}
