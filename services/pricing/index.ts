export { getSchedule } from './get-schedule.ts'
