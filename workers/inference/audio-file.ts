/** A WAV file of PCM: 16 bits, little-endian, mono. What is left of half a sample at the end is left out. */
export function wavOf(pcm: Uint8Array, sampleRateHz: number): Buffer<ArrayBuffer> {
  const dataBytes = pcm.byteLength - (pcm.byteLength % 2)
  const file = Buffer.alloc(44 + dataBytes)
  file.write('RIFF    WAVEfmt ', 0, 'latin1')
  file.writeUInt32LE(36 + dataBytes, 4)
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20)
  file.writeUInt16LE(1, 22)
  file.writeUInt32LE(sampleRateHz, 24)
  file.writeUInt32LE(2 * sampleRateHz, 28)
  file.writeUInt16LE(2, 32)
  file.writeUInt16LE(16, 34)
  file.write('data', 36, 'latin1')
  file.writeUInt32LE(dataBytes, 40)
  file.set(pcm.subarray(0, dataBytes), 44)
  return file
}

/** Whether bytes begin as a file of sound that browsers decode: MP3, WAV, Ogg, FLAC, MP4 or AAC. */
export function isAudioFile(bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1')
  if (/^(?:ID3|OggS|fLaC|RIFF.{4}WAVE|.{4}ftyp)/s.test(head)) return true
  const [first = 0, second = 0, third = 0] = bytes
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return false
  // A frame of MPEG audio has a version, a layer and a bit rate; layer 0 is AAC with a head of its own (ADTS).
  if ((second & 0x06) === 0) return (second & 0xf0) === 0xf0
  return (second & 0x18) !== 0x08 && (third & 0xf0) !== 0xf0
}

/**
 * Writes into a WAV file how long it is. Servers that send sound while they make it can't know at its head, and write
 * 0 or the largest number there; not every browser reads on.
 */
export function withWavLength(bytes: Buffer): Buffer {
  if (bytes.toString('latin1', 0, 4) !== 'RIFF') return bytes
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [length, room] = [bytes.readUInt32LE(at + 4), bytes.length - at - 8]
    if (bytes.toString('latin1', at, at + 4) !== 'data') {
      at += 8 + length + (length % 2)
    } else if (length > room || length === 0) {
      bytes.writeUInt32LE(bytes.length - 8, 4)
      bytes.writeUInt32LE(room, at + 4)
      return bytes
    } else return bytes
  }
  return bytes
}
