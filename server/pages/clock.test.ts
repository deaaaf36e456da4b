import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dayHeading, timeOf } from './clock.ts'

const now = Date.parse('2026-03-29T10:00:00Z')
const heading = (iso: string, timeZone = 'UTC') => dayHeading(Date.parse(iso), { now, timeZone })

test('a reader finds conversations under the day they were', () => {
  assert.equal(heading('2026-03-29T00:00:00Z'), 'Today')
  assert.equal(heading('2026-03-29T11:00:00Z'), 'Today')
  assert.equal(heading('2026-03-28T23:59:59Z'), 'Yesterday')
  assert.equal(heading('2026-03-23T12:00:00Z'), 'Last 7 days')
  assert.equal(heading('2026-03-22T12:00:00Z'), 'Last 30 days')
  assert.equal(heading('2026-02-20T12:00:00Z'), 'February')
  assert.equal(heading('2025-12-31T12:00:00Z'), 'December 2025')
})

test('a day is the day of the reader, also where the clocks change', () => {
  assert.equal(heading('2026-03-28T23:30:00Z', 'Europe/Berlin'), 'Today')
  assert.equal(heading('2026-03-27T23:30:00Z', 'Europe/Berlin'), 'Yesterday')
  assert.equal(heading('2026-03-29T00:30:00Z', 'America/New_York'), 'Yesterday')
})

test('a time is told as the clock of the reader shows it', () => {
  const told = timeOf(Date.parse('2026-03-29T21:05:00Z'), { now, timeZone: 'Asia/Tokyo' }).toString()
  assert.match(
    told,
    /^<time datetime="2026-03-29T21:05:00.000Z" title="[^"]*30 March 2026[^"]*">06:05<\/time>$/,
  )
})
