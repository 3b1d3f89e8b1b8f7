const LIMITS = [
  [
    'That the tokens were counted right.',
    'LiteLLM reported them, and the oracle signed the reading. Compare them with what your own client was told.',
  ],
  [
    'That the Flow node tells the truth.',
    'Ask a node of your own, or run the same check on your machine: npm run verify -- receipt.json --node …',
  ],
  [
    'That this page does what it says.',
    'It came from the same server as the receipt. The command and the program in docs/verify.md come from you.',
  ],
] as const

/** What stays a matter of trust, and what to do about it. */
export function Limits() {
  return (
    <ul className="space-y-3 text-sm">
      {LIMITS.map(([what, why]) => (
        <li key={what}>
          <p className="font-medium">{what}</p>
          <p className="mt-0.5 text-text-2">{why}</p>
        </li>
      ))}
    </ul>
  )
}
