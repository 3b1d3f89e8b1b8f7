import { cookies } from 'next/headers'
import { cache } from 'react'
import { baseContext } from '#app/_http/container.ts'
import { parseTheme, THEME_COOKIE, type Theme } from '#components/shell/theme.ts'
import type { AppConfig, Session } from '#hooks/api-types.ts'
import { describeSession, getSession, SESSION_COOKIE } from '#services/auth/index.ts'
import { getPublicConfig } from '#services/subscriptions/index.ts'

export interface Visitor {
  config: AppConfig
  session: Session | null
  theme: Theme
}

/** The public configuration; layout and page of one request share the answer. */
export const readConfig = cache(async (): Promise<AppConfig> => getPublicConfig(await baseContext()))

/** Who asks for a page, and the public configuration that every page gets. */
export async function readVisitor(): Promise<Visitor> {
  const jar = await cookies()
  const ctx = await baseContext()
  const token = jar.get(SESSION_COOKIE)?.value
  const session = token ? await getSession(ctx, token) : null
  const [config, view] = await Promise.all([readConfig(), session ? describeSession(ctx, session) : null])
  return { config, session: view, theme: parseTheme(jar.get(THEME_COOKIE)?.value) }
}
