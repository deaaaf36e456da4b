/** What we use of @simplewebauthn/browser, which the browser gets as a chunk of that. */
declare module 'webauthn' {
  export { startAuthentication, startRegistration } from '@simplewebauthn/browser'
}
