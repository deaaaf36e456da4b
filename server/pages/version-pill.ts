import type { Version } from '../house.ts'
import type { Html } from './html.ts'
import { html } from './html.ts'

/**
 * Asks every two minutes which version answers, and soon after the socket met a hub of another: at once it would be the
 * leaving one that answers, on a connection still open. Says so when it is not the page's. The element that asks is
 * outside of all that is swapped, and never swapped itself, so it cannot be lost to a bad answer.
 */
export const versionNumber = (version: Version): Html =>
  html`<div id="version" class="version" hx-get="/fragments/version?shown=${version.version}" hx-trigger="every 120s, companions:version from:body delay:3s" hx-target="#version-text" hx-swap="innerHTML settle:0" hx-status:4xx="swap:none" hx-status:5xx="swap:none"><span id="version-text">${versionText(version, version.version)}</span></div>`

/** @param shown - The version that the page was made by. */
export const versionText = ({ version, commit }: Version, shown: string): Html =>
  version === shown || shown === ''
    ? html`<span class="meta" title="${commit}">v${version}</span>`
    : html`<span class="meta version-new" title="This page is of v${shown}">v${version} is here</span>`

/**
 * In the top bar of every conversation; shown as long as the number in the sidebar, seen or not, is a new one, and where
 * the rest of the page's code has not come some time after the connection stood.
 */
export const versionPill = (): Html =>
  html`<span role="status"><a class="version-pill" href="" title="Reload this page"><span class="version-pill-news">New version. </span><span class="version-pill-rest">This page is not complete. </span>Reload</a></span>`
