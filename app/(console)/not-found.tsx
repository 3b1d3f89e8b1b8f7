import { MissingPage } from '#components/shell/missing-page.tsx'

/** In the console the rail and the header stay. */
export default function ConsoleNotFoundPage() {
  return <MissingPage />
}
