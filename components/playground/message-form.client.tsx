'use client'

import { type FormEvent, type KeyboardEvent, useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { TextArea } from '#components/ui/text-area.tsx'

interface MessageFormProps {
  busy: boolean
  onSend: (text: string) => void
  onStop: () => void
}

/** Takes a message. Ctrl or ⌘ with Enter sends it. */
export function MessageForm({ busy, onSend, onStop }: MessageFormProps) {
  const [text, setText] = useState('')
  const [fault, setFault] = useState<string | undefined>()
  const send = (): void => {
    if (busy) return
    const isEmpty = text.trim() === ''
    setFault(isEmpty ? 'Write a message.' : undefined)
    if (isEmpty) return document.getElementById('message')?.focus()
    onSend(text.trim())
    setText('')
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    send()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey)) return
    event.preventDefault()
    send()
  }
  return (
    <form onSubmit={submit} noValidate aria-label="Message" className="mt-6 max-w-3xl space-y-3">
      <TextArea
        id="message"
        label="Message"
        rows={3}
        hint="Ctrl-Enter or ⌘-Enter sends it. It is kept nowhere but in this page."
        value={text}
        error={fault}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="flex gap-2">
        <Button type="submit" kind="primary" aria-disabled={busy} className="min-w-[12ch]">
          {busy ? 'Answering' : 'Send'}
        </Button>
        {busy ? <Button onClick={onStop}>Stop</Button> : null}
      </div>
    </form>
  )
}
