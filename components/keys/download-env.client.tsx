'use client'

import { Download } from 'lucide-react'
import { Button } from '#components/ui/button.tsx'
import { useAnnounce } from '#hooks/use-announce.ts'
import { envFile } from './key-snippets.ts'

interface DownloadEnvProps {
  gatewayUrl: string
  secret: string
  name: string
  onSaved: () => void
}

/** Saves a file that the official OpenAI packages read; made in the browser, so the key isn't sent anywhere. */
export function DownloadEnv({ gatewayUrl, secret, name, onSaved }: DownloadEnvProps) {
  const announce = useAnnounce()
  const save = (): void => {
    const url = URL.createObjectURL(new Blob([envFile(gatewayUrl, secret)], { type: 'text/plain' }))
    const link = document.createElement('a')
    link.href = url
    link.download = `${name.replace(/[^A-Za-z0-9_-]+/g, '-') || 'flareflow'}.env`
    link.click()
    URL.revokeObjectURL(url)
    announce('File saved')
    onSaved()
  }
  return (
    <Button onClick={save}>
      <Download aria-hidden="true" size={16} strokeWidth={1.5} />
      Download .env
    </Button>
  )
}
