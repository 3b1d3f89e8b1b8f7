import { Loading } from '#components/ui/skeleton.tsx'

export default function ConsoleLoading() {
  return <Loading what="the page" className="h-96" />
}
