import { headers } from 'next/headers'
import { baseContext } from '#app/_http/container.ts'
import { requireLoopback } from '#app/_http/require-loopback.ts'
import type { DevAccount } from '#hooks/api-types.ts'
import { AppError } from '#lib/errors/app-error.ts'
import { listDevAccounts } from '#services/dev-wallet/index.ts'

/** The development wallet's accounts, or null where it doesn't exist: another network, or a visitor from elsewhere. */
export async function readDevAccounts(): Promise<DevAccount[] | null> {
  const ctx = await baseContext()
  try {
    requireLoopback(new Request(ctx.env.app.url, { headers: await headers() }), ctx.env.app.url)
    return (await listDevAccounts(ctx)).accounts
  } catch (cause) {
    if (cause instanceof AppError && cause.code === 'not_found') return null
    throw cause
  }
}
