import { isUtf8 } from "node:buffer";
import { leaveToExecutor } from "./for-executor.ts";
import { JsonText } from "./json-text.ts";

/** The bytes that a writer keeps between answers. */
const BYTES_KEPT = 256 * 1024;

const HEX = Uint8Array.from(Buffer.from("0123456789abcdef"));
const BASE64URL = Uint8Array.from(
  Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
);
const [QUOTE, BACKSLASH, HYPHEN, ZERO] = [0x22, 0x5c, 0x2d, 0x30];
const [COLON, POINT, LETTER_T, LETTER_Z] = [0x3a, 0x2e, 0x54, 0x5a];

/** Writes JSON as bytes, which are reused: nothing may wait between `begin` and `end`. */
export class JsonWriter {
  #bytes = Buffer.allocUnsafeSlow(BYTES_KEPT);
  #at = 0;
  #most = 0;
  #isAscii = true;

  /** Begins a text. If it gets far longer than `most` bytes, writing throws a RangeError. */
  begin(most: number): void {
    this.#at = 0;
    this.#most = most;
    this.#isAscii = true;
  }

  end(): JsonText {
    const length = this.#at;
    const written = this.#bytes.subarray(0, length);
    const body = this.#isAscii ? written.toString("latin1") : Buffer.from(written);
    if (this.#bytes.length > BYTES_KEPT) this.#bytes = Buffer.allocUnsafeSlow(BYTES_KEPT);
    return new JsonText(body, length);
  }

  /** Whether the text is longer than it may be. */
  get isTooLong(): boolean {
    return this.#at > this.#most;
  }

  /** Writes something to see whether it can be written, and removes it. It may be longer than the text may be. */
  attempt(write: () => void): void {
    const [place, most] = [this.#at, this.#most];
    this.#most = Infinity;
    write();
    this.#at = place;
    this.#most = most;
  }

  /** Makes room for some bytes. */
  #need(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#bytes.length) return;
    if (needed > this.#most + BYTES_KEPT) {
      this.#at = needed;
      throw new RangeError("The text is too long");
    }
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }

  /** Writes bytes of ASCII as they are. */
  raw(part: Uint8Array): void {
    const { length } = part;
    this.#need(length);
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = 0; i < length; i++) bytes[at++] = part[i]!;
    this.#at = at;
  }

  /** Writes characters of ASCII as they are. */
  ascii(text: string): void {
    const { length } = text;
    this.#need(length);
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = 0; i < length; i++) bytes[at++] = text.charCodeAt(i);
    this.#at = at;
  }

  /** Writes JSON as it is. */
  json(json: string): void {
    // A UTF-16 unit has at most three bytes in UTF-8.
    const isShort = this.#at + json.length * 3 <= this.#bytes.length;
    if (!isShort) this.#need(Buffer.byteLength(json));
    const written = this.#bytes.write(json, this.#at);
    if (written !== json.length) this.#isAscii = false;
    this.#at += written;
  }

  /** Writes a text in UTF-8. Other bytes are left to the executor. */
  text(from: Buffer, start: number, length: number): void {
    this.#need(length + 2);
    const bytes = this.#bytes;
    const end = start + length;
    let at = this.#at;
    bytes[at++] = QUOTE;
    let bits = 0;
    for (let i = start; i < end; i++) {
      const byte = from[i]!;
      if (byte < 0x20 || byte === QUOTE || byte === BACKSLASH) {
        return this.#escaped(from, start, end);
      }
      bits |= byte;
      bytes[at++] = byte;
    }
    if (bits >= 0x80) {
      if (!isUtf8(from.subarray(start, end))) leaveToExecutor();
      this.#isAscii = false;
    }
    bytes[at++] = QUOTE;
    this.#at = at;
  }

  #escaped(from: Buffer, start: number, end: number): void {
    if (!isUtf8(from.subarray(start, end))) leaveToExecutor();
    this.json(JSON.stringify(from.toString("utf8", start, end)));
  }

  /** Writes 16 bytes as a UUID. */
  uuid(from: Buffer, start: number): void {
    this.#need(38);
    const bytes = this.#bytes;
    let at = this.#at;
    bytes[at++] = QUOTE;
    for (let i = 0; i < 16; i++) {
      const byte = from[start + i]!;
      if (i === 4 || i === 6 || i === 8 || i === 10) bytes[at++] = HYPHEN;
      bytes[at++] = HEX[byte >> 4]!;
      bytes[at++] = HEX[byte & 15]!;
    }
    bytes[at++] = QUOTE;
    this.#at = at;
  }

  /** Writes bytes in Base64 for URLs (RFC 4648, section 5), without padding. */
  base64url(from: Uint8Array, length: number): void {
    this.#need(Math.ceil((length * 4) / 3));
    const bytes = this.#bytes;
    let at = this.#at;
    for (let i = 0; i < length; i += 3) {
      const second = i + 1 < length ? from[i + 1]! : 0;
      const third = i + 2 < length ? from[i + 2]! : 0;
      const three = (from[i]! << 16) | (second << 8) | third;
      bytes[at++] = BASE64URL[three >> 18]!;
      bytes[at++] = BASE64URL[(three >> 12) & 63]!;
      if (i + 1 < length) bytes[at++] = BASE64URL[(three >> 6) & 63]!;
      if (i + 2 < length) bytes[at++] = BASE64URL[three & 63]!;
    }
    this.#at = at;
  }

  /** Writes a time in milliseconds, in the years 0 to 9999, as `Date` does in JSON. */
  timestamp(time: number): void {
    this.#need(26);
    const day = Math.floor(time / DAY_LENGTH);
    const bytes = this.#bytes;
    let at = this.#at;
    bytes[at++] = QUOTE;
    for (const byte of dateText(day)) bytes[at++] = byte;
    const milliseconds = time - day * DAY_LENGTH;
    const seconds = Math.floor(milliseconds / 1000);
    bytes[at++] = LETTER_T;
    at = writeDigits(bytes, at, Math.floor(seconds / 3600), 2);
    bytes[at++] = COLON;
    at = writeDigits(bytes, at, Math.floor(seconds / 60) % 60, 2);
    bytes[at++] = COLON;
    at = writeDigits(bytes, at, seconds % 60, 2);
    bytes[at++] = POINT;
    at = writeDigits(bytes, at, milliseconds % 1000, 3);
    bytes[at++] = LETTER_Z;
    bytes[at++] = QUOTE;
    this.#at = at;
  }

  /** Writes a whole number of 32 bits. */
  int(value: number): void {
    this.#need(11);
    const bytes = this.#bytes;
    let at = this.#at;
    let rest = value;
    if (rest < 0) {
      bytes[at++] = HYPHEN;
      rest = -rest;
    }
    let digits = 1;
    for (let bound = 10; rest >= bound; bound *= 10) digits++;
    this.#at = writeDigits(bytes, at, rest, digits);
  }
}

/** Writes the last digits of a whole number that is not negative. Returns where they end. */
function writeDigits(bytes: Buffer, at: number, value: number, digits: number): number {
  let rest = value;
  for (let i = at + digits - 1; i >= at; i--) {
    const next = Math.floor(rest / 10);
    bytes[i] = ZERO + rest - next * 10;
    rest = next;
  }
  return at + digits;
}

const DAY_LENGTH = 86_400_000;

/** The texts of dates that were written lately. */
const dates = new Map<number, Uint8Array>();
const DATES_KEPT = 1000;

/** Returns the text of a date such as 2027-08-15. @param day counted from 1970 */
function dateText(day: number): Uint8Array {
  let text = dates.get(day);
  if (!text) {
    if (dates.size >= DATES_KEPT) dates.clear();
    text = Uint8Array.from(Buffer.from(new Date(day * DAY_LENGTH).toISOString().slice(0, 10)));
    dates.set(day, text);
  }
  return text;
}
