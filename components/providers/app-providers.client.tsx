'use client'

import type { ReactNode } from 'react'
import { SWRConfig } from 'swr'
import type { AppConfig, Session } from '#hooks/api-types.ts'
import { ApiError, getJson } from '#hooks/api.ts'
import { AppConfigContext } from '#hooks/app-config.ts'
import { SESSION_PATH } from '#hooks/use-session.ts'

interface AppProvidersProps {
  config: AppConfig
  /** Who the server saw; spares the first paint a flash. */
  session: Session | null
  children: ReactNode
}

/** A refusal stays one however often it is repeated; only a part that is down is asked again. */
const shouldRetry = (error: Error): boolean => !(error instanceof ApiError) || error.status === 0 || error.status >= 500

export function AppProviders({ config, session, children }: AppProvidersProps) {
  return (
    <AppConfigContext value={config}>
      <SWRConfig
        value={{
          fetcher: getJson,
          fallback: { [SESSION_PATH]: session },
          shouldRetryOnError: shouldRetry,
          errorRetryInterval: 3_000,
        }}
      >
        {children}
      </SWRConfig>
    </AppConfigContext>
  )
}
