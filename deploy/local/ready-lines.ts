import type { WebAddress } from './web-address.ts'

/** What a start says when everything is ready: where to go from here, where others go, and the owner's way in. */
export function readyLines(
  { url, urlsForOthers }: Pick<WebAddress, 'url' | 'urlsForOthers'>,
  ownerLink: string | undefined,
  seconds: number,
): string[] {
  return [
    `Companions is ready: ${url} (${seconds.toFixed(1)} s)`,
    ...(urlsForOthers.length > 0 ? [`From other machines: ${urlsForOthers.join(' or ')}`] : []),
    ...(ownerLink === undefined ? [] : [`One-time owner link: ${ownerLink}`]),
  ]
}
