/**
 * What a row remembers of the changes that came with an id, so that one that is sent again is not applied again. A
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
  /** The bytes of a UUID. */
  readonly id: Buffer;
  /** What tells its arguments from others: `ARGS` bytes. */
  readonly args: Buffer;
  /** The bytes of the answer, at most `MOST_ANSWER`. */
  readonly answer: Buffer;
}

/** How far the clocks of two processes may differ, in seconds. */
const CLOCKS = 5;

/** How many bytes tell arguments from others. */
export const ARGS = 8;

/** How many bytes an answer may have. */
export const MOST_ANSWER = 255;

// An operation is its id, seconds since 1970, arguments, the length of the answer, and the answer.
const AT = 16;
const ARGS_AT = AT + 4;
const LENGTH_AT = ARGS_AT + ARGS;
const HEAD = LENGTH_AT + 1;

/** From how many bytes on the recent ones are full: 64 answers of four bytes. */
const FULL = 64 * (HEAD + 4);

/** How many bytes of earlier ones are kept: with the recent ones, 1,024 answers of four bytes. */
const MOST_EARLIER = (1024 - 64) * (HEAD + 4);

const NONE = Buffer.alloc(0);

/** Returns the operation of an id, if it is remembered. */
export function recall({ recent, earlier }: Memory, id: Buffer): Operation | undefined {
  return recallFrom(recent, id) ?? recallFrom(earlier, id);
}

/**
 * Returns the memory to which the next operations are added.
 *
 * @param now in milliseconds since 1970
 * @param remembers how long an operation is remembered at least, in seconds
 * @returns undefined if there is room only in the place of operations that are too young to be forgotten
 */
export function withRoom(memory: Memory, now: number, remembers: number): Memory | undefined {
  if (hasRoom(memory)) return memory;
  const oldest = secondsOf(now) - remembers - CLOCKS;
  // No process adds any in the future: what says so was stored by another program, and would stay for ever.
  const youngest = secondsOf(now) + CLOCKS;
  const kept = [memory.earlier, memory.recent].flatMap((cell) => between(cell, oldest, youngest));
  const earlier = Buffer.concat(kept);
  return earlier.length <= MOST_EARLIER ? { recent: NONE, earlier } : undefined;
}

/** Adds operations to a memory that has room for them. */
export function remember(memory: Memory, operations: readonly Operation[], now: number): Memory {
  const second = secondsOf(now);
  const added = operations.map((operation) => encode(operation, second));
  return { ...memory, recent: Buffer.concat([whole(memory.recent), ...added]) };
}

/** How many bytes an operation takes. */
export function sizeOf({ answer }: Operation): number {
  return HEAD + answer.length;
}

/**
 * Whether one more operation can be added to the recent ones.
 *
 * @param added how many bytes are to be added before it
 */
export function hasRoom({ recent }: Memory, added = 0): boolean {
  return (recent?.length ?? 0) + added < FULL;
}

function encode({ id, args, answer }: Operation, second: number): Buffer {
  const bytes = Buffer.allocUnsafe(HEAD + answer.length);
  id.copy(bytes);
  bytes.writeUInt32BE(second, AT);
  args.copy(bytes, ARGS_AT);
  bytes.writeUInt8(answer.length, LENGTH_AT);
  answer.copy(bytes, HEAD);
  return bytes;
}

function recallFrom(cell: Uint8Array | null, id: Buffer): Operation | undefined {
  const operations = bytesOf(cell);
  // Found at once that it is not there, as mostly; the same bytes may also show within an operation or across two.
  if (!operations.includes(id)) return undefined;
  for (const operation of operationsIn(operations)) {
    if (operation.compare(id, 0, id.length, 0, AT) === 0) {
      return { id, args: operation.subarray(ARGS_AT, LENGTH_AT), answer: operation.subarray(HEAD) };
    }
  }
  return undefined;
}

/**
 * The operations in a cell, without what follows the last whole one. Only another program can have stored that; added
 * behind it, an operation would never be found again, and a repeated change would be applied twice.
 */
function whole(cell: Uint8Array | null): Buffer {
  const operations = bytesOf(cell);
  let end = 0;
  for (let next = endOf(operations, 0); next <= operations.length; next = endOf(operations, end)) {
    end = next;
  }
  return operations.subarray(0, end);
}

/** Where the operation that begins at a place ends: behind the last byte if there is no whole one. */
function endOf(operations: Buffer, at: number): number {
  const length = operations[at + LENGTH_AT];
  return length === undefined ? Infinity : at + HEAD + length;
}

function* operationsIn(operations: Buffer): Iterable<Buffer> {
  let at = 0;
  for (let end = endOf(operations, 0); end <= operations.length; end = endOf(operations, at)) {
    yield operations.subarray(at, end);
    at = end;
  }
}

/** Those that were added after a second, up to another one; the clocks of who added them may differ, so they are in no order. */
function between(cell: Uint8Array | null, oldest: number, youngest: number): readonly Buffer[] {
  return [...operationsIn(bytesOf(cell))].filter((operation) => {
    const second = operation.readUInt32BE(AT);
    return second > oldest && second <= youngest;
  });
}

function bytesOf(cell: Uint8Array | null): Buffer {
  return cell === null ? NONE : Buffer.from(cell.buffer, cell.byteOffset, cell.length);
}

function secondsOf(milliseconds: number): number {
  return Math.floor(milliseconds / 1000);
}
