/** Words that follow each other faster than this are said as the last one alone; in milliseconds. */
const pauseMs = 600

let due: ReturnType<typeof setTimeout> | undefined

/** Tells a screen reader, politely, one short sentence; never the text of a reply while it grows. */
export function announce(text: string): void {
  clearTimeout(due)
  due = setTimeout(() => {
    const place = document.getElementById('announcer')
    // The same words again are only said again when they are other text.
    if (place) place.textContent = place.textContent === text ? `${text} ` : text
  }, pauseMs)
}
