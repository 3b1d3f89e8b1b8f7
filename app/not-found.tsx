import { MissingPage } from '#components/shell/missing-page.tsx'
import { MAIN_ID } from '#components/shell/skip-link.tsx'

export default function NotFoundPage() {
  return (
    <main id={MAIN_ID} className="mx-auto max-w-2xl p-6">
      <MissingPage />
    </main>
  )
}
