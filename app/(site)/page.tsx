import { readPrices } from '#app/_view/read-prices.ts'
import { readConfig } from '#app/_view/read-visitor.ts'
import { Landing } from '#components/pricing/landing.tsx'

export default async function LandingPage() {
  const [{ schedule, period }, { gatewayUrl }] = await Promise.all([readPrices(), readConfig()])
  return <Landing schedule={schedule} period={period} gatewayUrl={gatewayUrl} />
}
