/** So many zero crossings of the kernel stand on each side of its middle: the edge of the filter is about 1.7 kHz wide. */
const crossings = 16
/** Where the filter begins to fall, as a share of the highest frequency that the slower rate can hold. */
const cutoff = 0.9
/** Shape of the kernel's Kaiser window: what is past the edge comes out weaker by about 60 dB. */
const windowShape = 6

/**
 * Brings sound to another rate, piece by piece and without a seam. A low-pass goes before it (a sinc in a Kaiser
 * window), since what the new rate cannot hold would else come back as other tones. Late by `crossings` zero crossings:
 * about 1 ms on the way to 16 kHz.
 */
export class Resampler {
  /** Input samples per output sample, as the fraction `step / phases`. */
  readonly #step: number
  readonly #phases: number
  /** Share of the input's highest frequency that comes through. */
  readonly #passed: number
  /** Input samples on each side of an output sample that are weighed for it. */
  readonly #reach: number
  readonly #kernels: Float32Array[] = []
  /** The newest input samples, as many as the next output may still need. */
  #kept: Float32Array
  /** Where the next output sample stands behind the beginning of `#kept`, in input samples times `phases`. */
  #next: number

  constructor(fromHz: number, toHz: number) {
    const divisor = greatestDivisor(fromHz, toHz)
    this.#step = fromHz / divisor
    this.#phases = toHz / divisor
    this.#passed = cutoff * Math.min(1, toHz / fromHz)
    this.#reach = Math.ceil(crossings / this.#passed)
    this.#kept = new Float32Array(this.#reach)
    this.#next = this.#reach * this.#phases
  }

  push(samples: Float32Array): Float32Array {
    const sound = new Float32Array(this.#kept.length + samples.length)
    sound.set(this.#kept)
    sound.set(samples, this.#kept.length)
    const out: number[] = []
    for (; Math.floor(this.#next / this.#phases) + this.#reach < sound.length; this.#next += this.#step)
      out.push(this.#weigh(sound))
    const first = Math.max(0, Math.floor(this.#next / this.#phases) - this.#reach)
    this.#kept = sound.slice(first)
    this.#next -= first * this.#phases
    return Float32Array.from(out)
  }

  #weigh(sound: Float32Array): number {
    const phase = this.#next % this.#phases
    const first = (this.#next - phase) / this.#phases - this.#reach
    const kernel = this.#kernels[phase] ?? this.#kernelOf(phase / this.#phases)
    this.#kernels[phase] = kernel
    let sum = 0
    for (let at = 0; at < kernel.length; at += 1) sum += (kernel[at] ?? 0) * (sound[first + at] ?? 0)
    return sum
  }

  /** @param phase how far the output stands behind an input sample, in input samples. */
  #kernelOf(phase: number): Float32Array {
    const reach = this.#reach
    const kernel = Float32Array.from({ length: 2 * reach + 1 }, (_, at) => {
      const distance = at - reach - phase
      return sinc(distance * this.#passed) * kaiser(distance / (reach + 1))
    })
    // Each phase passes a steady level as it is; else their differences would be a tone of their own.
    const sum = kernel.reduce((total, weight) => total + weight, 0)
    return kernel.map((weight) => weight / sum)
  }
}

/** Sound as 16 bit whole numbers; what is louder than full scale is cut. */
export const toPcm16 = (samples: Float32Array): Int16Array<ArrayBuffer> =>
  Int16Array.from(samples, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768))))

const greatestDivisor = (one: number, other: number): number =>
  other === 0 ? one : greatestDivisor(other, one % other)

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x))

const kaiser = (x: number): number =>
  Math.abs(x) < 1 ? bessel(windowShape * Math.sqrt(1 - x * x)) / bessel(windowShape) : 0

/** The modified Bessel function of the first kind and order 0, by its power series. */
function bessel(x: number): number {
  let sum = 1
  let term = 1
  for (let n = 1; n < 30; n += 1) {
    term *= (x / (2 * n)) ** 2
    sum += term
  }
  return sum
}
