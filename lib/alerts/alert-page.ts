interface About {
  /** `vault:7` or `credits:<account id>`, whom an alert is about; null: the installation. */
  readonly account: string | null
  readonly forOperator: boolean
}

/** The page that has more about what an alert tells; null: there is none. */
export function alertPage({ account, forOperator }: About): string | null {
  if (account?.startsWith('credits:')) return forOperator ? '/admin/credits' : '/credits'
  const vault = /^vault:(\d+)$/.exec(account ?? '')?.[1]
  return vault === undefined ? null : `/subscriptions/${vault}`
}
