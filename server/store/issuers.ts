/**
 * Whether two addresses name one issuer. Discovery takes those for the same that a browser would open alike
 * (`https://id.example` and `https://id.example/`), and people are kept by the one that the provider calls itself.
 */
export const isSameIssuer = (one: string, other: string): boolean => written(one) === written(other)

const written = (issuer: string): string => URL.parse(issuer)?.href ?? issuer
