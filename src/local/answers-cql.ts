import { connect, type Socket } from "node:net";

/** How long a node may take to answer, in milliseconds. */
const ANSWER_TIMEOUT = 2000;

/** Opcodes of the native protocol, version 4. */
const opcode = { startup: 1, ready: 2, authenticate: 3, query: 7, result: 8 } as const;

/** The length of a frame's header. */
const HEADER_LENGTH = 9;

const startupFrame = frame(
  opcode.startup,
  shortBytes(1),
  stringBytes("CQL_VERSION"),
  stringBytes("3.0.0"),
);
const queryFrame = frame(
  opcode.query,
  longStringBytes("SELECT key FROM system.local"),
  shortBytes(1),
  Buffer.alloc(1),
);

/**
 * Whether Cassandra serves clients at an address: it accepts a connection as from a driver and runs a query, or it asks
 * for a password. An open port alone does not show that: a node that has just started or is overloaded accepts
 * connections long before it answers.
 */
export async function answersCql(ip: string, port: number): Promise<boolean> {
  const socket = connect(port, ip);
  socket.setTimeout(ANSWER_TIMEOUT, () => socket.destroy());
  const opcodes = receivedOpcodes(socket);
  try {
    socket.write(startupFrame);
    const { value: greeting } = await opcodes.next();
    if (greeting !== opcode.ready) return greeting === opcode.authenticate;
    socket.write(queryFrame);
    return (await opcodes.next()).value === opcode.result;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Yields the opcode of each complete frame. */
async function* receivedOpcodes(socket: Socket): AsyncGenerator<number, void> {
  let rest = Buffer.alloc(0);
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= HEADER_LENGTH && rest.length >= HEADER_LENGTH + rest.readUInt32BE(5)) {
      yield rest[4]!;
      rest = rest.subarray(HEADER_LENGTH + rest.readUInt32BE(5));
    }
  }
}

function frame(kind: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const header = Buffer.from([4, 0, 0, 0, kind, 0, 0, 0, 0]);
  header.writeUInt32BE(body.length, 5);
  return Buffer.concat([header, body]);
}

function shortBytes(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function stringBytes(value: string): Buffer {
  return Buffer.concat([shortBytes(value.length), Buffer.from(value)]);
}

function longStringBytes(value: string): Buffer {
  return Buffer.concat([shortBytes(0), stringBytes(value)]);
}
