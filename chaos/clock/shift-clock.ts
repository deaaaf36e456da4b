// Loaded before a process of the house: shifts its wall clock by the milliseconds in the file CHAOS_CLOCK names, read
// anew at each SIGUSR2. Timers and `performance` go on as they were, as they do when a machine's clock is set.
import { readFileSync } from 'node:fs'

const file = process.env.CHAOS_CLOCK
const RealDate = Date
let shiftMs = 0
const now = (): number => RealDate.now() + shiftMs

if (file !== undefined) {
  globalThis.Date = new Proxy(RealDate, {
    construct: (real, given: []) => (given.length === 0 ? new real(now()) : new real(...given)),
    get: (real, name) => (name === 'now' ? now : Reflect.get(real, name)),
  })
  process.on('SIGUSR2', () => {
    shiftMs = Number(readFileSync(file, 'utf8'))
  })
}
