// Loaded before a process of the house: its wall clock begins at noon (UTC), so that no day ends during a test.
import { shiftDate } from './shift-date.ts'

const RealDate = Date
const dayMs = 24 * 60 * 60_000
const shiftMs = dayMs / 2 - (RealDate.now() % dayMs)

shiftDate(() => RealDate.now() + shiftMs)
