import type { Metadata } from 'next'
import { ApiReference } from '#components/docs/api-reference.tsx'
import { describeApi } from '#services/gateway/index.ts'

export const metadata: Metadata = { title: 'API reference' }

export default function ApiReferencePage() {
  return <ApiReference document={describeApi()} />
}
