import { clsx } from 'clsx'
import type { ComponentProps, ReactNode } from 'react'

interface FieldProps extends ComponentProps<'input'> {
  id: string
  label: string
  hint?: ReactNode
  error?: string | undefined
  /** Unit shown inside the control. */
  unit?: string
}

/** An input with its label, hint and error tied together for screen readers. */
export function Field({ id, label, hint, error, unit, className, ...input }: FieldProps) {
  const described = clsx(hint && `${id}-hint`, error && `${id}-error`)
  return (
    <div>
      <label htmlFor={id} className="block text-sm font-medium">
        {label}
      </label>
      <div className="relative mt-1">
        <input
          id={id}
          aria-invalid={error ? true : undefined}
          aria-describedby={described || undefined}
          className={clsx(
            'block h-10 w-full rounded-md border bg-surface px-3 text-base sm:text-sm',
            error ? 'border-bad' : 'border-line-strong',
            unit && 'pr-16',
            className,
          )}
          {...input}
        />
        {unit ? (
          <span aria-hidden="true" className="absolute inset-y-0 right-3 flex items-center text-sm text-text-2">
            {unit}
          </span>
        ) : null}
      </div>
      <FieldNotes id={id} hint={hint} error={error} />
    </div>
  )
}

/** Hint and error below a control, under the ids that it is described by. */
export function FieldNotes({ id, hint, error }: Pick<FieldProps, 'id' | 'hint' | 'error'>) {
  return (
    <>
      {hint ? (
        <p id={`${id}-hint`} className="mt-1 text-xs text-text-2">
          {hint}
        </p>
      ) : null}
      {error ? (
        <p id={`${id}-error`} className="mt-1 text-xs text-bad">
          {error}
        </p>
      ) : null}
    </>
  )
}
