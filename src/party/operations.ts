/**
 * What a party remembers of the changes that came with an id, so that one that is sent again is not applied again: a
 * ring of segments, each a cell that is overwritten in place. A change is added to the newest segment, or, where that is
 * full, takes the place of the oldest one. So whoever adds one on the condition that the segment is as it was seen knows
 * of all that were added before.
 */
export type Memory = ReadonlyMap<number, Buffer>;

/** A change that was applied under an id. */
export interface Operation {
  /** A UUID. */
  readonly id: string;
  /** Which mutation it was. */
  readonly kind: "changePeople" | "addPeople";
  readonly delta: number;
  /** The count behind it. */
  readonly people: number;
}

/** A segment that operations can be added to. */
export interface OpenSegment {
  readonly segment: number;
  /** The cell as it was seen; null: it was never written. */
  readonly before: Buffer | null;
  /** What operations are added to: the cell, or nothing yet if the oldest ones are to be forgotten. */
  readonly content: Buffer;
}

/** How long an operation is remembered at least, in seconds. */
export const REMEMBERED = 60;

/** How far the clocks of two processes may differ, in seconds. */
const CLOCKS = 5;

/** How many segments a party has, and how many operations go into one. */
const SEGMENTS = 16;
const OPERATIONS = 64;

/** Most operations that a party remembers. */
export const MOST_REMEMBERED = SEGMENTS * OPERATIONS;

// A segment is its number in the order of time, then its operations: id, seconds since 1970, kind, delta, people.
const HEADER = 4;
const SIZE = 16 + 4 + 1 + 4 + 4;
const AT = 16;
const FIRST = Buffer.alloc(HEADER);
const KINDS = ["changePeople", "addPeople"] as const;

/** The operation of an id, if it is remembered. */
export function recall(memory: Memory, id: string): Operation | undefined {
  const bytes = bytesOf(id);
  for (const segment of memory.values()) {
    for (let from = HEADER; ; from += 1) {
      from = segment.indexOf(bytes, from);
      if (from === -1) break;
      if ((from - HEADER) % SIZE === 0) return decode(segment.subarray(from, from + SIZE), id);
    }
  }
  return undefined;
}

/**
 * The segment to which the next operations are added, and what is in it already.
 *
 * @param now in milliseconds since 1970
 * @returns nothing if there is room only in the place of operations that are too young to be forgotten
 */
export function openSegment(memory: Memory, now: number): OpenSegment | undefined {
  const newest = newestOf(memory);
  if (!newest) return { segment: 0, before: null, content: FIRST };
  const [segment, content] = newest;
  if (hasRoom(content)) return { segment, before: content, content };
  const next = (segment + 1) % SEGMENTS;
  const before = memory.get(next) ?? null;
  if (before && youngestIn(before) > secondsOf(now) - REMEMBERED - CLOCKS) return undefined;
  return { segment: next, before, content: numbered(content.readUInt32BE(0) + 1) };
}

/** Adds an operation to a segment's content, which has room for it. */
export function remember(content: Buffer, operation: Operation, now: number): Buffer {
  return Buffer.concat([content, encode(operation, secondsOf(now))]);
}

/** Whether one more operation goes into a segment. */
export function hasRoom(content: Buffer): boolean {
  return content.length < HEADER + OPERATIONS * SIZE;
}

function secondsOf(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

function newestOf(memory: Memory): readonly [number, Buffer] | undefined {
  let newest: readonly [number, Buffer] | undefined;
  for (const each of memory) {
    if (!newest || each[1].readUInt32BE(0) > newest[1].readUInt32BE(0)) newest = each;
  }
  return newest;
}

/** The second of the operation that was added last; the clocks of those who added may differ. */
function youngestIn(segment: Buffer): number {
  let youngest = 0;
  for (let from = HEADER; from < segment.length; from += SIZE) {
    youngest = Math.max(youngest, segment.readUInt32BE(from + AT));
  }
  return youngest;
}

function encode({ id, kind, delta, people }: Operation, second: number): Buffer {
  const bytes = Buffer.alloc(SIZE);
  bytesOf(id).copy(bytes);
  bytes.writeUInt32BE(second, AT);
  bytes.writeUInt8(KINDS.indexOf(kind), AT + 4);
  bytes.writeInt32BE(delta, AT + 5);
  bytes.writeInt32BE(people, AT + 9);
  return bytes;
}

function decode(bytes: Buffer, id: string): Operation {
  const kind = KINDS[bytes.readUInt8(AT + 4)] ?? "addPeople";
  return { id, kind, delta: bytes.readInt32BE(AT + 5), people: bytes.readInt32BE(AT + 9) };
}

function numbered(number: number): Buffer {
  const bytes = Buffer.alloc(HEADER);
  bytes.writeUInt32BE(number);
  return bytes;
}

function bytesOf(id: string): Buffer {
  return Buffer.from(id.replaceAll("-", ""), "hex");
}
