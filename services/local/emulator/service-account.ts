/** The account that exists on every new emulator and holds its FLOW. Its key is public knowledge and worth nothing. */
export const SERVICE_ADDRESS = '0xf8d6e0586b0a20c7'
export const SERVICE_PRIVATE_KEY = 'aff3a277caf2bdd6582c156ae7b07dbca537da7833309de88e56987faa2c0f1b'
