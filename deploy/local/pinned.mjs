/**
 * What is downloaded, in which version, and the SHA-256 it must have.
 * Node's sums are those of its signed release announcement. NATS's for Linux are those that its maintainers pin in
 * their own container recipes; for other platforms the release's list of sums is read over https.
 */
export const node = {
  version: '24.21.0',
  leastMajor: 24,
  /** @type {Record<string, string>} by platform and architecture, of the .tar.gz */
  sha256: {
    'darwin-arm64': 'bed7eea5325e1108f32ce5228ddd6a5f0f08a499ee42aa7442aea583702f6057',
    'darwin-x64': '1462cb3b3046b815cf8ea436d3da450ec1a9f11dac7e5a46b0ada5305d7e8097',
    'linux-arm64': '724282c3b43aec998aa9527380465b45d229e021b58035f5f4f63095eabfe5d5',
    'linux-ppc64le': '51c5d53066ee92920b61783b03b06ecb99f3661160f7b15ca77e8474115a67bc',
    'linux-s390x': '5f2fa37422e0c75de35c1686fe51d78324f2c2a8fe2cc239a41d9c000a29d938',
    'linux-x64': '6e1db87ef58b8819e5d5402eff1536491b18edd8eb7bee5ef7897876e88dc5ff',
  },
}

export const natsServer = {
  version: '2.14.5',
  /** @type {Record<string, string>} by platform and architecture as NATS names them, of the .tar.gz */
  sha256: {
    'linux-386': '7eb520d5080d2c4b2e9ad0866aa301f7c7af35058bfae61c1ba0cef472d21d47',
    'linux-amd64': '5e3b603d47c447bda1f77f9ac16dbf91c90aac4ff3681f8fbbc7201e4ed99355',
    'linux-arm64': '673a98d3faa79dde3f9ebf16d6dfac36a5f694e7ad2015e4954dd7939c85cd4c',
    'linux-arm7': 'c8796b63a8603fdebabd63146ac3d3997c29a2829fdd2af6db320f4a287f2e71',
    'linux-loong64': 'e0c584e45453c5a5ed387f14a96eaa8cb84cb110f0ff9031699087b23e3b2c2d',
    'linux-ppc64le': '5d8f1a264a3bc4b30899814ae8e898b1268e817074635adddd24b32f388e4cc4',
    'linux-s390x': '829193e8c592e0df5f15402c27417df18d26503d22b77dfc9491982fe0b51a67',
  },
}

/** PostgreSQL's binaries as npm packages, one for each platform; npm checks them against the registry's sums. */
export const embeddedPostgres = { version: '17.10.0-beta.17' }
