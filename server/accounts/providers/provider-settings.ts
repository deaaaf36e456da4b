import { names, optionalText, optionalUrl } from '../../../settings/kinds.ts'

/** A pair of variables switches each of these on. */
const pairOf = (prefix: string, name: string) =>
  [
    optionalText(`${prefix}_CLIENT_ID`, {
      meaning: `${name}’s name for this house. With its secret: people sign in with ${name}.`,
    }),
    optionalText(`${prefix}_CLIENT_SECRET`, {
      meaning: `The secret that ${name} gave this house.`,
      secret: true,
    }),
  ] as const

const [googleClientId, googleClientSecret] = pairOf('GOOGLE', 'Google')
const [discordClientId, discordClientSecret] = pairOf('DISCORD', 'Discord')
const [githubClientId, githubClientSecret] = pairOf('GITHUB', 'GitHub')
const [twitchClientId, twitchClientSecret] = pairOf('TWITCH', 'Twitch')

/** Who may vouch for people; `read-issuers.ts` reads what belongs to each of `OIDC_ISSUERS`. */
export const providerSettings = {
  googleClientId,
  googleClientSecret,
  discordClientId,
  discordClientSecret,
  githubClientId,
  githubClientSecret,
  twitchClientId,
  twitchClientSecret,
  oidcIssuers: names('OIDC_ISSUERS', {
    meaning: 'OpenID providers by names of your own, with commas between them, for example authentik.',
  }),
  proxyIdentityHeader: optionalText('PROXY_IDENTITY_HEADER', {
    meaning:
      'Header in which a proxy of TRUSTED_PROXIES sends a signed token (JWT) that says who asks, for example X-authentik-jwt. Whoever it names is signed in.',
  }),
  proxyIdentityIssuer: optionalText('PROXY_IDENTITY_ISSUER', {
    meaning: 'The issuer (iss) such a token must name.',
  }),
  proxyIdentityAudience: optionalText('PROXY_IDENTITY_AUDIENCE', {
    meaning: 'The audience (aud) such a token must name; at Authentik the client ID of the proxy provider.',
  }),
  proxyIdentityKeysUrl: optionalUrl('PROXY_IDENTITY_KEYS_URL', {
    meaning:
      'Where the public keys are that such a token is signed with, as a JSON Web Key Set; over https, or on this machine.',
  }),
  proxyIdentitySecret: optionalText('PROXY_IDENTITY_SECRET', {
    meaning:
      'In place of keys: the secret that signs such a token with HS256; at Authentik the client secret of the proxy provider.',
    secret: true,
  }),
}
