/** What we use of Alpine's CSP build, which brings no types of its own. */
declare module 'alpine' {
  /** What Alpine adds to a component. */
  export interface Magic {
    readonly $el: HTMLElement
    readonly $root: HTMLElement
  }
  interface AlpineApi {
    data(name: string, make: () => object): void
    start(): void
  }
  const alpine: AlpineApi

  export default alpine
}
