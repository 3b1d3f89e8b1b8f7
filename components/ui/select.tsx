interface SelectProps<T extends string> {
  id: string
  label: string
  options: Record<T, string>
  value: T
  onChange: (value: T) => void
}

const isOption = <T extends string>(options: Record<T, string>, value: string): value is T =>
  Object.hasOwn(options, value)

/** The browser's own select with its label. */
export function Select<T extends string>({ id, label, options, value, onChange }: SelectProps<T>) {
  return (
    <div>
      <label htmlFor={id} className="block text-sm font-medium">
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => {
          if (isOption(options, event.target.value)) onChange(event.target.value)
        }}
        className="mt-1 block h-10 w-full rounded-md border border-line-strong bg-surface px-3 text-base sm:text-sm"
      >
        {Object.entries<string>(options).map(([option, words]) => (
          <option key={option} value={option}>
            {words}
          </option>
        ))}
      </select>
    </div>
  )
}
