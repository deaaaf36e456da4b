// Loaded before a process of the house: shifts its wall clock by the milliseconds in the file CHAOS_CLOCK names, read
// anew at each SIGUSR2.
import { readFileSync } from 'node:fs'
import { shiftDate } from '../../testing/clock/shift-date.ts'

const file = process.env.CHAOS_CLOCK
const RealDate = Date
let shiftMs = 0

if (file !== undefined) {
  shiftDate(() => RealDate.now() + shiftMs)
  process.on('SIGUSR2', () => {
    shiftMs = Number(readFileSync(file, 'utf8'))
  })
}
