const DOTLESS = ['gmail.com', 'googlemail.com']

/**
 * One form for the addresses that reach one mailbox: lower case, without a `+tag`, and without dots where the provider
 * ignores them. Null for what is no address.
 */
export function normalEmail(address: string): string | null {
  const text = address.normalize('NFKC').trim().toLowerCase()
  const at = text.lastIndexOf('@')
  const [local = '', domain = ''] = [text.slice(0, at).split('+')[0], text.slice(at + 1)]
  if (at < 1 || local === '' || !/^[^\s@]+\.[^\s@]+$/.test(domain)) return null
  if (!DOTLESS.includes(domain)) return `${local}@${domain}`
  return `${local.replaceAll('.', '')}@gmail.com`
}
