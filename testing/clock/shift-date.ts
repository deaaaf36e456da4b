/** Has `Date` tell the time `now` gives. Timers and `performance` go on as they were, as when a machine's clock is set. */
export function shiftDate(now: () => number): void {
  globalThis.Date = new Proxy(Date, {
    construct: (real, given: []) => (given.length === 0 ? new real(now()) : new real(...given)),
    get: (real, name) => (name === 'now' ? now : Reflect.get(real, name)),
  })
}
