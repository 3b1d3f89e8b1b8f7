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

export interface ButtonProps extends ComponentProps<'button'> {
  kind?: ButtonKind
}

export function Button({ kind = 'secondary', className, type = 'button', ...rest }: ButtonProps) {
  return <button type={type} className={buttonClass(kind, className)} {...rest} />
}
