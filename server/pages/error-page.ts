/** Stands in until the pages are merged. */
export function renderErrorPage(
  facts: { status: number; code: string; title: string; detail: string },
  _theme: string | undefined,
): string {
  return `<!doctype html><title>${facts.status}</title><p>${facts.title}`
}
