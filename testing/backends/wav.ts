/** Sound as numbers: 16 bits a sample, mono. */
export type Sound = { samples: Int16Array; sampleRateHz: number }

const HEAD_BYTES = 44

/** A WAV file of the usual kind: PCM, 16 bits, mono. */
export function wavFile({ samples, sampleRateHz }: Sound): Buffer<ArrayBuffer> {
  const dataBytes = samples.length * 2
  const file = Buffer.alloc(HEAD_BYTES + dataBytes)
  file.write('RIFF', 0, 'latin1')
  file.writeUInt32LE(HEAD_BYTES - 8 + dataBytes, 4)
  file.write('WAVEfmt ', 8, 'latin1')
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20)
  file.writeUInt16LE(1, 22)
  file.writeUInt32LE(sampleRateHz, 24)
  file.writeUInt32LE(sampleRateHz * 2, 28)
  file.writeUInt16LE(2, 32)
  file.writeUInt16LE(16, 34)
  file.write('data', 36, 'latin1')
  file.writeUInt32LE(dataBytes, 40)
  for (const [index, sample] of samples.entries()) file.writeInt16LE(sample, HEAD_BYTES + index * 2)
  return file
}

/** Reads such a file strictly, so that a wrong head shows. @throws RangeError naming what is wrong with it. */
export function readWav(bytes: Uint8Array): Sound {
  const file = Buffer.from(bytes)
  const word = (at: number) => file.toString('latin1', at, at + 4)
  if (file.length < HEAD_BYTES || word(0) !== 'RIFF' || word(8) !== 'WAVE')
    throw new RangeError('It is no WAV')
  if (file.readUInt32LE(4) !== file.length - 8) throw new RangeError('Its size is not that of the file')
  if (word(12) !== 'fmt ' || word(36) !== 'data') throw new RangeError('Its chunks are not as expected')
  const [kind, channels, bits] = [file.readUInt16LE(20), file.readUInt16LE(22), file.readUInt16LE(34)]
  if (kind !== 1 || channels !== 1 || bits !== 16) throw new RangeError('It is not PCM of 16 bits, mono')
  if (file.readUInt32LE(40) !== file.length - HEAD_BYTES) throw new RangeError('Its sound is cut off')
  const samples = Int16Array.from({ length: (file.length - HEAD_BYTES) >> 1 }, (_, index) =>
    file.readInt16LE(HEAD_BYTES + index * 2),
  )
  return { samples, sampleRateHz: file.readUInt32LE(24) }
}
