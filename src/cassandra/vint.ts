/**
 * Encodes an unsigned 64-bit number in as few bytes as possible. The first byte starts with one 1 bit per following
 * byte (VIntCoding.java).
 */
export function writeVint(value: bigint): Buffer {
  const bits = value.toString(2).length;
  // The first byte has 7 bits for the number; each following byte adds 7, and the ninth byte adds 8.
  const extra = Math.min(8, Math.floor((Math.max(1, bits) - 1) / 7));
  const bytes = Buffer.from(
    value
      .toString(16)
      .padStart((extra + 1) * 2, "0")
      .slice(-18),
    "hex",
  );
  bytes[0]! |= extra === 8 ? 0xff : ~(0xff >> extra) & 0xff;
  return bytes;
}

/**
 * Decodes a number that {@link writeVint} encoded, and returns its end.
 *
 * @throws RangeError if the bytes end within it
 */
export function readVint(bytes: Buffer, at: number): readonly [value: bigint, end: number] {
  const first = bytes.readUInt8(at);
  const extra = Math.clz32(~(first << 24));
  const end = at + 1 + extra;
  if (end > bytes.length) throw new RangeError("The bytes end within a number");
  const head = BigInt(extra >= 7 ? 0 : first & (0xff >> (extra + 1)));
  const rest = extra === 0 ? 0n : BigInt(`0x${bytes.toString("hex", at + 1, end)}`);
  return [(head << BigInt(8 * extra)) | rest, end];
}
