import type { FormEvent, ReactNode } from 'react'
import type { ApiError } from '#hooks/api.ts'

interface AdminFormProps {
  label: string
  fault: ApiError | null
  onSubmit: (event: FormEvent) => void
  children: ReactNode
}

/** A small form below a row, with what went wrong. */
export function AdminForm({ label, fault, onSubmit, children }: AdminFormProps) {
  return (
    <form
      onSubmit={onSubmit}
      noValidate
      aria-label={label}
      className="mt-3 max-w-md space-y-3 rounded-md border border-line bg-surface p-4"
    >
      {children}
      {fault ? <p className="text-sm text-bad">{fault.message}</p> : null}
    </form>
  )
}
