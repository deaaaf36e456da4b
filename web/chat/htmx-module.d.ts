/** What we use of htmx, whose ES module brings no types. */
declare module 'htmx' {
  interface HtmxApi {
    process(element: Element): void
  }
  const htmx: HtmxApi

  export default htmx
}
