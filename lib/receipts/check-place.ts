import { readChainId } from './ask-node.ts'
import { readDeployment } from './read-chain.ts'
import type { Place } from './receipt.ts'
import { askingStep, failed, hasFailed, note, ok, type Step, type Trust } from './step.ts'

const NETWORK = 'The Flow node belongs to the document’s network'
const CONTRACT = 'The contract is the one that you know'
const DEPLOYMENT = 'The contracts are the ones that the document names'

function checkContract({ contract }: Place, known: string | null): Step {
  if (known === contract) return ok(CONTRACT, contract)
  if (known === null) {
    return note(
      CONTRACT,
      `The document names ${contract}. Compare it with the one that your wallet opened the vault with.`,
    )
  }
  const detail = `The document names ${contract}, you know ${known}. Whoever wrote it shows you contracts of another.`
  return failed(CONTRACT, 'contract_differs', detail)
}

/** That the node is of the right chain, and that the contracts there were deployed as the document says. */
export async function checkPlace(place: Place, { node, contract }: Trust): Promise<Step[]> {
  const known = checkContract(place, contract)
  if (hasFailed(known)) return [known]
  const network = await askingStep(NETWORK, async () => {
    const chain = await readChainId(node.ask)
    if (chain === `flow-${place.network}`) return ok(NETWORK, `${node.name} answers for ${chain}.`)
    return failed(NETWORK, 'network_differs', `${node.name} is a node of ${chain}; this is about ${place.network}.`)
  })
  if (hasFailed(network)) return [known, network]
  const deployment = await askingStep(DEPLOYMENT, async () => {
    const found = await readDeployment(node.ask, place)
    if (found === place.deployment) return ok(DEPLOYMENT, `${place.contract}, deployed as ${found}.`)
    const there = found === null ? 'holds no such contracts' : `holds contracts deployed as ${found}`
    const detail = `${place.contract} ${there}; the document says ${place.deployment}. It is about another chain or place.`
    return failed(DEPLOYMENT, 'deployment_differs', detail)
  })
  return [known, network, deployment]
}
