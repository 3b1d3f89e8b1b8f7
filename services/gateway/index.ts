export { answerError } from './answer-error.ts'
export { createGateway } from './create-gateway.ts'
export type { Gateway } from './handle-gateway.ts'
