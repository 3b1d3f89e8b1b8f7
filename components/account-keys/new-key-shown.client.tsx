'use client'

import { type ReactNode, useState } from 'react'
import { pickModel } from '#components/keys/key-snippets.ts'
import { ShownKey } from '#components/keys/shown-key.client.tsx'
import { useGatewayModels } from '#hooks/use-gateway-models.ts'

interface NewKeyShownProps {
  trail: ReactNode
  name: string
  secret: string
}

/** The one time that an account's key is shown. */
export default function NewKeyShown({ trail, name, secret }: NewKeyShownProps) {
  const [saved, setSaved] = useState(false)
  const { data } = useGatewayModels()
  return (
    <ShownKey
      trail={trail}
      name={name}
      secret={secret}
      model={pickModel(data?.data.map(({ id }) => id) ?? [])}
      saved={saved}
      onSaved={() => setSaved(true)}
      next={{ href: '/credits/keys', label: 'Open the keys' }}
    />
  )
}
