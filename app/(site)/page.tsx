import { readPrices } from '#app/_view/read-prices.ts'
import { Landing } from '#components/pricing/landing.tsx'

export default async function LandingPage() {
  const { schedule, period } = await readPrices()
  return <Landing schedule={schedule} period={period} />
}
