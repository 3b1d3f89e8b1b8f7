export type Theme = 'system' | 'light' | 'dark'

export const THEME_COOKIE = 'flareflow_theme'

export const parseTheme = (value: string | undefined): Theme =>
  value === 'light' || value === 'dark' ? value : 'system'

export const nextTheme = (theme: Theme): Theme => (theme === 'system' ? 'light' : theme === 'light' ? 'dark' : 'system')
