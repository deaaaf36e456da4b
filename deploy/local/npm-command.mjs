import { realpathSync } from 'node:fs'
import { findExecutable } from './find-executable.mjs'

/**
 * How to run npm under a given Node: npm is itself a program for Node, and chooses what to install by the Node it
 * runs under.
 * @param {string} node
 * @returns {{ command: string, before: string[] }}
 */
export function npmCommand(node) {
  // npm tells the scripts it runs where it stands.
  const places = [process.env.npm_execpath, findExecutable('npm')]
  for (const place of places) {
    const cli = place && realpathSync(place)
    if (cli?.endsWith('npm-cli.js')) return { command: node, before: [cli] }
  }
  return { command: 'npm', before: [] }
}
