import { clsx } from 'clsx'
import type { ComponentProps, ReactNode } from 'react'
import { FieldNotes } from './field.tsx'

interface TextAreaProps extends ComponentProps<'textarea'> {
  id: string
  label: string
  hint?: ReactNode
  error?: string | undefined
}

/** Several lines of text with label, hint and error tied together for screen readers. */
export function TextArea({ id, label, hint, error, className, ...area }: TextAreaProps) {
  const described = clsx(hint && `${id}-hint`, error && `${id}-error`)
  return (
    <div>
      <label htmlFor={id} className="block text-sm font-medium">
        {label}
      </label>
      <textarea
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={described || undefined}
        className={clsx(
          'mt-1 block w-full rounded-md border bg-surface px-3 py-2 text-base sm:text-sm',
          error ? 'border-bad' : 'border-line-strong',
          className,
        )}
        {...area}
      />
      <FieldNotes id={id} hint={hint} error={error} />
    </div>
  )
}
