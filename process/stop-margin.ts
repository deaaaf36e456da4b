/**
 * How long a stopping hub or worker may take after DRAIN_GRACE, in milliseconds. What waits for a bus that is away (a
 * hub's chore 8 s, a worker's handing over 5 s) and what the bus is given to close (5 s) come one after another. Past
 * it the process ends itself with code 1; whoever started it waits longer than that before SIGKILL.
 */
export const stopMarginMs = 20_000
