export { findFreePort } from '../../deploy/local/ports.ts'
