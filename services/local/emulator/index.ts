export type { BuildOptions } from './build-go-command.ts'
export { type EmulatorTool, ensureCadenceCheck, ensureEmulator } from './ensure-emulator.ts'
export { type EmulatorOptions, type RunningEmulator, startEmulator } from './start-emulator.ts'
export { SERVICE_ADDRESS, SERVICE_PRIVATE_KEY } from './service-account.ts'
