/** The mark: the long bar is the flow, the short loose one the measured event. */
export function Logo({ size = 18 }: { size?: number }) {
  return (
    <svg viewBox="0 0 16 16" width={size} height={size} aria-hidden="true">
      <path d="M2.5 2h11.5L11.5 4.5H5V14H2.5z" fill="currentColor" />
      <path d="M6.5 7h6L10 9.5H6.5z" fill="var(--color-accent)" />
    </svg>
  )
}
