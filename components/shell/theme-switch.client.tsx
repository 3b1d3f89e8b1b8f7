'use client'

import { Monitor, Moon, Sun } from 'lucide-react'
import { useState } from 'react'
import { iconButtonClass } from '#components/ui/button.tsx'
import { useAnnounce } from '#hooks/use-announce.ts'
import { nextTheme, THEME_COOKIE, type Theme } from './theme.ts'

const YEAR_SECONDS = 31_536_000
const ICONS = { system: Monitor, light: Sun, dark: Moon }

function apply(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
  const age = theme === 'system' ? 0 : YEAR_SECONDS
  document.cookie = `${THEME_COOKIE}=${theme}; path=/; max-age=${age}; samesite=lax`
}

/** One button: system → light → dark. The cookie lets the server draw the right one at once. */
export function ThemeSwitch({ initial }: { initial: Theme }) {
  const [theme, setTheme] = useState(initial)
  const announce = useAnnounce()
  const Icon = ICONS[theme]
  const change = (): void => {
    const next = nextTheme(theme)
    apply(next)
    setTheme(next)
    announce(`Theme: ${next}`)
  }
  return (
    <button
      type="button"
      onClick={change}
      aria-label={`Theme: ${theme}. Change theme`}
      title={`Theme: ${theme}`}
      className={iconButtonClass}
    >
      <Icon aria-hidden="true" size={16} strokeWidth={1.5} />
    </button>
  )
}
