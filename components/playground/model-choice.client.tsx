'use client'

import { POWER_WORDS } from '#components/credits/credit-words.ts'
import { Choice } from '#components/ui/choice.tsx'
import { Select } from '#components/ui/select.tsx'
import { StaleNotice } from '#components/ui/stale-notice.client.tsx'
import { showUsdPer1K } from '#lib/format/money.ts'
import { showTokensExact } from '#lib/format/tokens.ts'
import { parseUsd } from '#lib/money/decimal.ts'
import type { PowerLevel, PowerTerms } from '#hooks/credit-types.ts'
import { useGatewayModels } from '#hooks/use-gateway-models.ts'
import { AUTO } from './playground-words.ts'

interface ModelChoiceProps {
  powers: readonly PowerTerms[]
  model: string
  power: PowerLevel
  onModel: (model: string) => void
  onPower: (power: PowerLevel) => void
}

/** Which model answers, and with how much care. */
export function ModelChoice({ powers, model, power, onModel, onPower }: ModelChoiceProps) {
  const { data, error, refresh } = useGatewayModels()
  const models = data?.data.filter(({ id }) => !id.includes('embedding') && !id.includes('*')) ?? []
  const options = Object.fromEntries([
    [AUTO, 'Auto: the level’s first model'],
    ...models.map(({ id, owned_by: provider }) => [id, `${id} (${provider})`] as const),
  ])
  const price = models.find(({ id }) => id === model)?.usd_per_1k_tokens?.[power]
  const terms = powers.find((each) => each.power === power)
  return (
    <div className="max-w-3xl space-y-3">
      {error && !data ? <StaleNotice error={error} onRetry={refresh} isEmpty /> : null}
      <div className="grid gap-4 sm:grid-cols-2">
        <Select id="model" label="Model" options={options} value={model} onChange={onModel} />
        <fieldset className="text-sm">
          <legend className="font-medium">Power level</legend>
          <div className="mt-1 flex min-h-10 flex-wrap items-center gap-x-4 gap-y-1">
            {powers.map((each) => (
              <Choice
                key={each.power}
                name="power"
                label={POWER_WORDS[each.power]}
                checked={power === each.power}
                onChoose={() => onPower(each.power)}
              />
            ))}
          </div>
        </fieldset>
      </div>
      <p className="text-xs text-text-2">
        {price ? `${showUsdPer1K(parseUsd(price))} per 1,000 tokens. ` : null}
        {terms
          ? `${POWER_WORDS[power]}: ${terms.multiplier} of the base price, answers of at most ${showTokensExact(BigInt(terms.maxTokens))} tokens, ${terms.providers.join(', ')} first.`
          : null}
      </p>
    </div>
  )
}
