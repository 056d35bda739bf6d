import { crc32, inflateRawSync } from "node:zlib";

/** Where a field of a header is; all numbers are little-endian (APPNOTE.TXT 4.3.7, 4.3.12 and 4.3.16). */
const END = { signature: "PK\x05\x06", count: 10, directory: 16, length: 22 } as const;
const ENTRY = {
  method: 10,
  crc: 16,
  size: 20,
  nameLength: 28,
  extraLength: 30,
  commentLength: 32,
  header: 42,
  name: 46,
} as const;
const HEADER = { nameLength: 26, extraLength: 28, name: 30 } as const;
const STORED = 0;

/**
 * Gives the files of a zip by name, without encryption and below 4 GiB.
 *
 * @throws Error if it is none, or damaged
 */
export function unzip(zip: Buffer): ReadonlyMap<string, Buffer> {
  const end = zip.lastIndexOf(END.signature, undefined, "latin1");
  if (end < 0 || end + END.length > zip.length) throw new Error("It has no directory");
  const files = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + END.directory);
  for (let left = zip.readUInt16LE(end + END.count); left > 0; left--) {
    const nameEnd = at + ENTRY.name + zip.readUInt16LE(at + ENTRY.nameLength);
    files.set(zip.toString("utf8", at + ENTRY.name, nameEnd), contentOf(zip, at));
    const extra = zip.readUInt16LE(at + ENTRY.extraLength);
    at = nameEnd + extra + zip.readUInt16LE(at + ENTRY.commentLength);
  }
  return files;
}

/** @param entry where the file's entry in the directory begins */
function contentOf(zip: Buffer, entry: number): Buffer {
  const header = zip.readUInt32LE(entry + ENTRY.header);
  const nameLength = zip.readUInt16LE(header + HEADER.nameLength);
  // Of its own length: what the directory has as extra is often not what stands here.
  const extraLength = zip.readUInt16LE(header + HEADER.extraLength);
  const start = header + HEADER.name + nameLength + extraLength;
  const data = zip.subarray(start, start + zip.readUInt32LE(entry + ENTRY.size));
  const content = zip.readUInt16LE(entry + ENTRY.method) === STORED ? data : inflateRawSync(data);
  if (crc32(content) !== zip.readUInt32LE(entry + ENTRY.crc)) throw new Error("It is damaged");
  return content;
}
