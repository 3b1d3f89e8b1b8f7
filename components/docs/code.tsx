import { CopyButton } from '#components/ui/copy-button.client.tsx'

interface CodeProps {
  title: string
  text: string
  /** What the button copies. */
  label: string
}

/** Code that can be copied; it wraps rather than scrolls. */
export function Code({ title, text, label }: CodeProps) {
  return (
    <div>
      <div className="flex items-center justify-between gap-2">
        <h3 className="text-sm font-semibold">{title}</h3>
        <CopyButton iconOnly value={text} label={label} />
      </div>
      <pre className="mt-1 rounded-md border border-line bg-sunken p-3 font-mono text-xs whitespace-pre-wrap wrap-anywhere">
        {text}
      </pre>
    </div>
  )
}
