/** The Flow address of whose account it is, by its subject; null: it belongs to no wallet. */
export function walletOf(subject: string): `0x${string}` | null {
  const digits = /^flow:0x([0-9a-f]+)$/.exec(subject)?.[1]
  return digits === undefined ? null : `0x${digits}`
}
