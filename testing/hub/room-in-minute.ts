const minuteMs = 60_000

/** Limits count by the clock's minutes: a test begins in a new one where the old one is nearly over. */
export async function awaitRoomInMinute(): Promise<void> {
  const leftMs = minuteMs - (Date.now() % minuteMs)
  if (leftMs < 5_000) await new Promise((resolve) => setTimeout(resolve, leftMs))
}
