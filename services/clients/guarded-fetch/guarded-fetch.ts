import { fetch, type RequestInit, type Response } from 'undici'
import { AppError } from '#lib/errors/app-error.ts'
import { addressRefused, createGuardedDispatcher, type GuardSettings } from './guarded-dispatcher.ts'

/** Like `fetch`, for addresses that customers chose. */
export interface GuardedFetch {
  (url: string, init?: Omit<RequestInit, 'dispatcher' | 'redirect'>): Promise<Response>
  close(): Promise<void>
}

/** The address if it may be asked for as it is written; where its host leads is checked at each connection. */
export function parseOutboundUrl(text: string, { reach }: Pick<GuardSettings, 'reach'>): URL {
  if (!URL.canParse(text)) throw addressRefused('not an address')
  const url = new URL(text)
  if (url.protocol !== 'https:' && !(reach !== 'public' && url.protocol === 'http:')) throw addressRefused(url.protocol)
  if (url.username !== '' || url.password !== '') throw addressRefused('it carries a user name')
  return url
}

/** An AppError that was thrown on the way to a connection, however deep fetch wrapped it. */
function refusalIn(error: unknown): AppError | null {
  if (error instanceof AppError) return error
  if (error instanceof AggregateError) {
    const found = error.errors.map(refusalIn).find((each) => each !== null)
    if (found) return found
  }
  return error instanceof Error && error.cause !== undefined ? refusalIn(error.cause) : null
}

/**
 * A fetch that reaches the public internet only: addresses are checked after the resolution of names, at the moment of
 * the connection, and redirects are answers like any other. Throws `address_refused`, else what fetch throws.
 */
export function createGuardedFetch(settings: GuardSettings): GuardedFetch {
  const dispatcher = createGuardedDispatcher(settings)
  const guarded = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const target = parseOutboundUrl(url, settings)
    try {
      return await fetch(target, { ...init, redirect: 'manual', dispatcher })
    } catch (error) {
      throw refusalIn(error) ?? error
    }
  }
  return Object.assign(guarded, { close: () => dispatcher.destroy() })
}
