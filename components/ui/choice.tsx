interface ChoiceProps {
  /** The choices with the same name exclude each other. */
  name: string
  label: string
  checked: boolean
  onChoose: () => void
}

/** One of several ways, of which one is chosen. */
export function Choice({ name, label, checked, onChoose }: ChoiceProps) {
  return (
    <label className="flex min-h-6 items-center gap-2 pointer-coarse:min-h-11">
      <input type="radio" name={name} className="accent-accent" checked={checked} onChange={onChoose} />
      {label}
    </label>
  )
}
