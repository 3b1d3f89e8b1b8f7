export { playDemo, prepareDemo } from './play.ts'
