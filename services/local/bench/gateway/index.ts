export { benchGateway, gatewayTable } from './bench-gateway.ts'
export { writeWidePrices } from './wide-prices.ts'
