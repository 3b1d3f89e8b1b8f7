export { benchGateway, gatewayTable } from './bench-gateway.ts'
