/** Is called with the position of a message. `opcode` is that of a WebSocket frame. */
export type Found = (start: number, end: number, opcode: number) => void;

/** Finds the complete messages in bytes. Returns how many bytes they have. */
export type Find = (bytes: Buffer, found: Found) => number;

export const TEXT = 1;
export const CLOSE = 8;
export const PING = 9;

/** Finds frames of a server: neither masked nor fragmented. */
export function findFrames(bytes: Buffer, found: Found): number {
  let at = 0;
  while (bytes.length - at >= 2) {
    const short = bytes[at + 1]!;
    const start = at + (short === 126 ? 4 : 2);
    if (short > 126) throw new Error("A frame is longer than 64 KiB.");
    if (bytes.length < start) break;
    const end = start + (short === 126 ? bytes.readUInt16BE(at + 2) : short);
    if (bytes.length < end) break;
    found(start, end, bytes[at]! & 15);
    at = end;
  }
  return at;
}

/** Finds Server-Sent Events, including the separators of HTTP chunks. */
export function findEvents(bytes: Buffer, found: Found): number {
  let at = 0;
  for (;;) {
    const end = bytes.indexOf("\n\n", at, "latin1");
    if (end < 0) return at;
    found(at, end + 2, TEXT);
    at = end + 2;
  }
}

/** Returns a frame of a client with less than 64 KiB. Its mask consists of zeros, which do not change the payload. */
export function clientFrame(payload: Uint8Array, opcode = TEXT): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 6 : 8);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | (length < 126 ? length : 126);
  if (length >= 126) head.writeUInt16BE(length, 2);
  return Buffer.concat([head, payload]);
}

const PEOPLE = Buffer.from('"people":');

/** Returns the count in a message; undefined if there is none. */
export function peopleIn(bytes: Buffer, start: number, end: number): number | undefined {
  const found = bytes.indexOf(PEOPLE, start);
  if (found < 0 || found >= end) return undefined;
  let people = 0;
  for (let at = found + PEOPLE.length; bytes[at]! >= 48 && bytes[at]! <= 57; at++) {
    people = people * 10 + bytes[at]! - 48;
  }
  return people;
}
