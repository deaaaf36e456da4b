/**
 * The structure of rendered Markdown, to compare two renderings by: tags with what matters of them, and text.
 * Left out on purpose: classes, colours of code, and how a formula is written inside, since the preview shows its
 * source until the server's rendering comes. Runs in a browser, where it must need nothing but itself.
 */
export function outlineOf(rendered: string): string {
  const kept = ['href', 'start', 'type', 'checked', 'disabled']
  const isFormula = (element: Element) =>
    element.matches('math, .formula') ||
    (element.matches('span') && /^\$.*\$$/s.test(element.textContent ?? ''))
  const lines = (node: Node, depth: number): string[] => {
    const indent = '  '.repeat(depth)
    if (node instanceof Text) {
      const text = node.data.replace(/\s+/g, ' ')
      return text.trim() === '' ? [] : [`${indent}"${text}"`]
    }
    if (!(node instanceof Element)) return []
    if (isFormula(node)) return [`${indent}formula`]
    // White space counts in code alone, but for the line end after the last line.
    if (node.matches('pre')) return [`${indent}pre ${JSON.stringify(node.textContent?.replace(/\n$/, ''))}`]
    const attributes = kept
      .filter((name) => node.hasAttribute(name))
      .map((name) => `${name}=${node.getAttribute(name)}`)
    const head = [node.localName, ...attributes].join(' ')
    return [`${indent}${head}`, ...below(node, depth + 1)]
  }
  const below = (parent: ParentNode, depth: number): string[] => {
    const joined = document.createElement('div')
    joined.append(...[...parent.childNodes].map((child) => child.cloneNode(true)))
    joined.normalize()
    return [...joined.childNodes].flatMap((child) => lines(child, depth))
  }
  const template = document.createElement('template')
  template.innerHTML = rendered
  return below(template.content, 0)
    .map((line) => line.replace(/^(\s*)" ?(.*?) ?"$/, '$1"$2"'))
    .join('\n')
}
