import { type CreditTier, findBaseCost, type Power, type PriceList } from '../credits/price-list.ts'
import { lowerCaseAscii, normalizeModelName } from '../metering/model-name.ts'
import { isSearchingModel } from './check-parts.ts'

/** A model that LiteLLM serves. */
export interface CatalogueModel {
  /** As LiteLLM's configuration names it. One that ends in `*` stands for all that begin like it. */
  readonly name: string
  /** As the price list names it. */
  readonly provider: string
  /** `chat`, `embedding`, … where LiteLLM knows. */
  readonly mode: string | null
  /** As LiteLLM asks its provider for it: `openai/gpt-4o`. */
  readonly upstream?: string | null
}

/** What decides which models a caller may use, and which comes first. */
export interface ModelTerms {
  readonly list: PriceList
  readonly tier: CreditTier
  readonly power: Power
  /** Names that the key is held to; null: none. */
  readonly models: readonly string[] | null
  /** Providers that the account has keys of its own for: every tier may use them. */
  readonly ownProviders: readonly string[]
}

type ModelRefusal = 'model_not_found' | 'model_not_allowed' | 'model_not_offered' | 'model_not_priced'
type ChosenModel =
  | { readonly ok: true; readonly model: CatalogueModel }
  | { readonly ok: false; readonly reason: ModelRefusal }

/** LiteLLM's names of providers that the price list names otherwise. */
const ALIASES: Readonly<Record<string, string>> = {
  together_ai: 'together',
  fireworks_ai: 'fireworks',
  'text-completion-openai': 'openai',
  anthropic_text: 'anthropic',
  ...Object.fromEntries(
    ['ollama', 'ollama_chat', 'vllm', 'hosted_vllm', 'lm_studio', 'llamafile', 'xinference'].map((name) => [
      name,
      'local',
    ]),
  ),
}

/** The price list's name of a provider. */
export function providerName(name: string): string {
  const lower = lowerCaseAscii(name)
  return ALIASES[lower] ?? lower
}

/** What a provider itself calls a model: without the prefix by which LiteLLM names the provider. */
export function providerModel({ name, provider, upstream }: CatalogueModel): string {
  const known = upstream && !upstream.includes('*') ? upstream : name
  const slash = known.indexOf('/')
  return slash > 0 && providerName(known.slice(0, slash)) === provider ? known.slice(slash + 1) : known
}

/** What `model` may say for the level's own choice. */
const AUTO_MODEL = 'auto'

const isNamed = (entry: CatalogueModel, wanted: string): boolean =>
  entry.name.endsWith('*')
    ? wanted.startsWith(entry.name.slice(0, -1))
    : entry.name === wanted || entry.name === `${entry.provider}/${wanted}`

const priceOf = (list: PriceList, { provider, name }: CatalogueModel): bigint | null =>
  findBaseCost(list, provider, name)

/**
 * One entry a name: LiteLLM may serve a name from several providers, and which one it was is known too late. The
 * dearest counts, and one without a price leaves the name without.
 */
function oneByName(entries: readonly CatalogueModel[], list: PriceList): CatalogueModel[] {
  const dearest = (a: CatalogueModel, b: CatalogueModel): CatalogueModel => {
    const [left, right] = [priceOf(list, a), priceOf(list, b)]
    return left === null || (right !== null && left >= right) ? a : b
  }
  return [...Map.groupBy(entries, ({ name }) => name).values()].map((same) => same.reduce(dearest))
}

/** Some providers in their order, then the others as they stand. */
function inOrder(entries: readonly CatalogueModel[], providers: readonly string[]): CatalogueModel[] {
  const rank = ({ provider }: CatalogueModel): number => {
    const place = providers.indexOf(provider)
    return place < 0 ? providers.length : place
  }
  return entries.toSorted((a, b) => rank(a) - rank(b))
}

function isAllowed(entry: CatalogueModel, { list, tier, models, ownProviders }: ModelTerms, wanted: string): boolean {
  const { providers } = list.tiers[tier]
  const inTier = providers === '*' || [...providers, ...ownProviders].includes(entry.provider)
  return inTier && (models === null || models.includes(entry.name) || models.includes(wanted))
}

/**
 * The entry that answers a request for a model: one that the caller may use and that has a price, first of those that
 * the account has keys for, then of the level's providers. Else what stands in the way of the one that came closest.
 */
export function chooseModel(
  catalogue: readonly CatalogueModel[],
  wanted: string,
  mode: string,
  terms: ModelTerms,
): ChosenModel {
  // A name that `*` stands for may choose one. Whoever names it so in the configuration can't have it metered either.
  if (isSearchingModel(wanted)) return { ok: false, reason: 'model_not_offered' }
  const isAuto = wanted === AUTO_MODEL && !catalogue.some(({ name }) => name === AUTO_MODEL)
  const levels = terms.list.powers[terms.power].providers
  const candidates = isAuto
    ? catalogue.filter(
        ({ mode: own, provider, name }) =>
          own === mode && levels.includes(provider) && !name.endsWith('*') && !isSearchingModel(name),
      )
    : catalogue.filter((entry) => isNamed(entry, wanted))
  if (candidates.length === 0) return { ok: false, reason: 'model_not_found' }
  const named = oneByName(candidates, terms.list).map((entry) =>
    entry.name.endsWith('*') ? { ...entry, name: wanted } : entry,
  )
  const allowed = inOrder(named, [...terms.ownProviders, ...levels]).filter((entry) => isAllowed(entry, terms, wanted))
  if (allowed.length === 0) return { ok: false, reason: 'model_not_allowed' }
  // Usage of a name that can't be in a reading couldn't be metered.
  const priced = allowed.find((entry) => priceOf(terms.list, entry) !== null && normalizeModelName(entry.name) !== null)
  return priced ? { ok: true, model: priced } : { ok: false, reason: 'model_not_priced' }
}

/** Every model that a caller may use and that has a price. */
export const listUsable = (catalogue: readonly CatalogueModel[], terms: ModelTerms): CatalogueModel[] =>
  oneByName(catalogue, terms.list).filter(
    (entry) =>
      isAllowed(entry, terms, entry.name) && priceOf(terms.list, entry) !== null && !isSearchingModel(entry.name),
  )
