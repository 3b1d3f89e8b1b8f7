'use client'

import { createContext, useContext } from 'react'
import type { AppConfig } from './api-types.ts'

/** The public configuration, handed down by the server's layout. */
export const AppConfigContext = createContext<AppConfig | null>(null)

export function useAppConfig(): AppConfig {
  const config = useContext(AppConfigContext)
  if (!config) throw new Error('useAppConfig is used outside of AppProviders.')
  return config
}
