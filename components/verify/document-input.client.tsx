'use client'

import { FileUp } from 'lucide-react'
import { type ChangeEvent, type DragEvent, useRef, useState } from 'react'
import { Button } from '#components/ui/button.tsx'

interface DocumentInputProps {
  text: string
  onText: (text: string) => void
  onCheck: () => void
  onFile: (file: File) => void
  busy: boolean
}

/** Takes a receipt or a bill: pasted, chosen, or dropped onto the field. */
export function DocumentInput({ text, onText, onCheck, onFile, busy }: DocumentInputProps) {
  const file = useRef<HTMLInputElement>(null)
  const [empty, setEmpty] = useState(false)
  const choose = ({ target }: ChangeEvent<HTMLInputElement>): void => {
    const chosen = target.files?.[0]
    if (chosen) onFile(chosen)
    // The same file may be chosen again after it was changed.
    target.value = ''
  }
  const drop = (event: DragEvent): void => {
    const dropped = event.dataTransfer.files[0]
    if (!dropped) return
    event.preventDefault()
    onFile(dropped)
  }
  const check = (): void => {
    setEmpty(text.trim() === '')
    if (text.trim() !== '') onCheck()
  }
  return (
    <div>
      <label htmlFor="document" className="block text-sm font-medium">
        Receipt or bill
      </label>
      <textarea
        id="document"
        rows={7}
        spellCheck={false}
        placeholder='{"kind": "flareflow.receipt", …'
        value={text}
        onChange={({ target }) => onText(target.value)}
        onDragOver={(event) => event.preventDefault()}
        onDrop={drop}
        aria-invalid={empty ? true : undefined}
        aria-describedby={empty ? 'document-hint document-error' : 'document-hint'}
        className="mt-1 block w-full rounded-md border border-line-strong bg-surface p-3 font-mono text-base sm:text-xs"
      />
      <p id="document-hint" className="mt-1 text-xs text-text-2">
        Paste a receipt, or drop the file of a receipt or of a whole bill here. Nothing leaves this browser but
        questions to the Flow node.
      </p>
      {empty ? (
        <p id="document-error" className="mt-1 text-xs text-bad">
          Paste a receipt first, or choose a file.
        </p>
      ) : null}
      <div className="mt-3 flex flex-wrap gap-2">
        <Button kind="primary" onClick={check} aria-disabled={busy}>
          {busy ? 'Checking …' : 'Check'}
        </Button>
        <Button onClick={() => file.current?.click()}>
          <FileUp aria-hidden="true" size={16} strokeWidth={1.5} />
          Choose a file
        </Button>
        <input
          ref={file}
          type="file"
          accept=".json,.ndjson,application/json"
          aria-label="File of a receipt or a bill"
          className="hidden"
          onChange={choose}
        />
      </div>
    </div>
  )
}
