/**
 * What we use of highlight.js. Its own types pull in the DOM library, and with that a browser global in the server
 * would no longer be a type error.
 */
declare const hljs: {
  getLanguage(name: string): object | undefined
  highlight(code: string, options: { language: string; ignoreIllegals: boolean }): { value: string }
}
export default hljs
