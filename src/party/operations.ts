/**
 * What a party remembers of the changes that came with an id, so that one that is sent again is not applied again. A
 * change is added to the recent ones; where these are full, they join the earlier ones, of which the old are forgotten.
 * The earlier ones are only changed together with the recent ones, and no operation is added twice: so whoever adds one
 * on the condition that the recent ones are as they were seen knows of all that were added before.
 *
 * Each is one cell, overwritten in place: two, since one would be written whole for each change, and not elements of a
 * `map`, since these make each read of a row slower, whether it asks for them or not.
 */
export interface Memory {
  /** Null: it was never written. */
  readonly recent: Uint8Array | null;
  /** Null: it was never written. */
  readonly earlier: Uint8Array | null;
}

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

/** How long an operation is remembered at least, in seconds. */
export const REMEMBERED = 60;

/** How far the clocks of two processes may differ, in seconds. */
const CLOCKS = 5;

/** Most operations that are recent. */
export const MOST_RECENT = 64;

/** Most operations that a party remembers. */
export const MOST_REMEMBERED = 1024;

// An operation is its id, seconds since 1970, kind, delta and people.
const SIZE = 16 + 4 + 1 + 4 + 4;
const AT = 16;
const KINDS = ["changePeople", "addPeople"] as const;
const NONE = Buffer.alloc(0);

/** The operation of an id, if it is remembered. */
export function recall({ recent, earlier }: Memory, id: string): Operation | undefined {
  for (const operations of [whole(recent), whole(earlier)]) {
    const at = find(operations, bytesOf(id));
    if (at !== -1) return decode(operations.subarray(at, at + SIZE), id);
  }
  return undefined;
}

/**
 * The memory to which the next operations are added.
 *
 * @param now in milliseconds since 1970
 * @returns nothing if there is room only in the place of operations that are too young to be forgotten
 */
export function withRoom(memory: Memory, now: number): Memory | undefined {
  if (hasRoom(memory)) return memory;
  const all = Buffer.concat([whole(memory.earlier), whole(memory.recent)]);
  const earlier = youngerThan(all, secondsOf(now) - REMEMBERED - CLOCKS);
  const hasPlace = earlier.length <= (MOST_REMEMBERED - MOST_RECENT) * SIZE;
  return hasPlace ? { recent: NONE, earlier } : undefined;
}

/** Adds an operation to a memory that has room for it. */
export function remember(memory: Memory, operation: Operation, now: number): Memory {
  const recent = Buffer.concat([whole(memory.recent), encode(operation, secondsOf(now))]);
  return { ...memory, recent };
}

/** Whether one more operation can be added to the recent ones. */
export function hasRoom({ recent }: Memory): boolean {
  return whole(recent).length < MOST_RECENT * SIZE;
}

/**
 * The operations in a cell, without what follows the last whole one. Only another program can have stored that; added
 * behind it, an operation would never be found again, and a repeated change would be applied twice.
 */
function whole(cell: Uint8Array | null): Buffer {
  return cell === null
    ? NONE
    : Buffer.from(cell.buffer, cell.byteOffset, cell.length - (cell.length % SIZE));
}

function secondsOf(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}

/** Where the operation of an id begins; -1: there is none. */
function find(operations: Buffer, id: Buffer): number {
  let at = operations.indexOf(id);
  // The same bytes may show across two operations.
  while (at !== -1 && at % SIZE !== 0) at = operations.indexOf(id, at + 1);
  return at;
}

/** Those that were added after a second; the clocks of who added them may differ, so they are in no order. */
function youngerThan(operations: Buffer, second: number): Buffer {
  const young: Buffer[] = [];
  for (let at = 0; at < operations.length; at += SIZE) {
    if (operations.readUInt32BE(at + AT) > second) young.push(operations.subarray(at, at + SIZE));
  }
  return Buffer.concat(young);
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

function bytesOf(id: string): Buffer {
  return Buffer.from(id.replaceAll("-", ""), "hex");
}
