import { Field } from '#components/ui/field.tsx'
import { Select } from '#components/ui/select.tsx'
import type { KeyText } from './key-draft.ts'

const POWERS = {
  request: 'As the request asks',
  eco: 'Eco',
  balanced: 'Balanced',
  precision: 'Precision',
} as const

interface KeyFieldsProps {
  /** Makes the fields' ids different from those of other forms on the page. */
  prefix: string
  text: KeyText
  nameFault: string | undefined
  onChange: (text: KeyText) => void
}

/** What can be set of a key. */
export function KeyFields({ prefix, text, nameFault, onChange }: KeyFieldsProps) {
  return (
    <>
      <Field
        id={`${prefix}-name`}
        label="Name"
        hint="How you tell it from your other keys."
        autoComplete="off"
        placeholder="prod-chat"
        value={text.name}
        error={nameFault}
        onChange={(event) => onChange({ ...text, name: event.target.value })}
      />
      <Select
        id={`${prefix}-power`}
        label="Power level"
        options={POWERS}
        value={text.power}
        onChange={(power) => onChange({ ...text, power })}
      />
      <Field
        id={`${prefix}-models`}
        label="Models"
        hint="Names with commas between. Empty: all models of your tier."
        autoComplete="off"
        spellCheck={false}
        value={text.models}
        onChange={(event) => onChange({ ...text, models: event.target.value })}
      />
    </>
  )
}
