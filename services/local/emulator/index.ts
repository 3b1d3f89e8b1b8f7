export { ensureCadenceCheck, ensureEmulator } from './ensure-emulator.ts'
export { SERVICE_ADDRESS, SERVICE_PRIVATE_KEY } from './service-account.ts'
export { type RunningEmulator, startEmulator } from './start-emulator.ts'
