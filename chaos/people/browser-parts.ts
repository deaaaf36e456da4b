/** What the page's own code looks for in a browser: the menu of models, and the page, which is told of much. */
const menu = { value: '' }

const pageParts = {
  querySelector: (selector: string) => (selector === '#model-id' ? menu : null),
  /** Nothing is shown: what has ended, a tab says itself. */
  getElementById: () => null,
  body: new EventTarget(),
}

/** Does something on a page whose menu shows this model. */
export function withModel<Result>(model: string, act: () => Result): Result {
  globalThis.document ??= pageParts as unknown as Document
  menu.value = model
  return act()
}
