import { lookup as systemLookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector } from 'undici'
import { AppError } from '#lib/errors/app-error.ts'
import { isLoopbackAddress, isPublicAddress } from './public-address.ts'

export interface GuardSettings {
  /**
   * `public`: https on the public internet. `loopback`: this machine too, and plain http, for development and tests
   * only. `anywhere`: for an address that the operator configured.
   */
  readonly reach: 'public' | 'loopback' | 'anywhere'
  /** All addresses of a host name; the system's resolver if absent. */
  readonly resolve?: (hostname: string) => Promise<readonly string[]>
}

const CONNECT_TIMEOUT_MS = 5_000
/** An idle connection is kept a moment only: its address was checked when it was made. */
const KEEP_ALIVE_MS = 4_000

/** The refusal of an address; the sentence names no address, so that nobody can map a network by asking. */
export const addressRefused = (why: string): AppError =>
  new AppError(
    'address_refused',
    "This address can't be used. Give an https address on the public internet, without a user name in it.",
    { internal: why },
  )

const systemResolve = async (hostname: string): Promise<string[]> =>
  (await systemLookup(hostname, { all: true, verbatim: true })).map(({ address }) => address)

/**
 * Connects to public addresses only. A host name is resolved once, each of its addresses is checked, and the
 * connection goes to what was checked: a name that answers otherwise the next time gains nothing. Redirects are not
 * its matter; who uses it must not follow them.
 */
export function createGuardedDispatcher({ reach, resolve = systemResolve }: GuardSettings): Agent {
  const mayReach = (address: string): boolean =>
    reach === 'anywhere' || isPublicAddress(address) || (reach === 'loopback' && isLoopbackAddress(address))

  /** Addresses in numbers are never looked up, so they are checked here like the rest. */
  async function checkedAddresses(hostname: string): Promise<readonly string[]> {
    const bare = hostname.replace(/^\[|\]$/g, '')
    const addresses = isIP(bare) === 0 ? await resolve(bare) : [bare]
    const foreign = addresses.find((address) => !mayReach(address))
    if (addresses.length === 0 || foreign !== undefined) {
      throw addressRefused(`${hostname} leads to ${foreign ?? 'nowhere'}`)
    }
    return addresses
  }

  async function connect(options: buildConnector.Options, callback: buildConnector.Callback): Promise<void> {
    try {
      const lookup = lookupOf(await checkedAddresses(options.hostname))
      buildConnector({ lookup, timeout: CONNECT_TIMEOUT_MS })(options, callback)
    } catch (error) {
      callback(error instanceof Error ? error : new Error(String(error)), null)
    }
  }

  return new Agent({
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    // How long a request may take is for the caller's signal to say.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: (options, callback) => void connect(options, callback),
  })
}

/** Answers with what was checked, whatever is asked. */
function lookupOf(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }))
  return (_hostname, options, callback) => {
    const [first] = all
    if (options.all) callback(null, all)
    else callback(null, first?.address ?? '', first?.family ?? 4)
  }
}
