import { connect, type Socket } from "node:net";

/** How long a node may say nothing, in milliseconds. */
const PATIENCE = 2000;

// Of the native protocol, version 4: the kinds of its frames, and the length of their header.
const STARTUP = 1;
const READY = 2;
const AUTHENTICATE = 3;
const QUERY = 7;
const RESULT = 8;
const HEADER = 9;

const startup = frame(STARTUP, short(1), text("CQL_VERSION"), text("3.0.0"));
const query = frame(QUERY, longText("SELECT key FROM system.local"), short(1), Buffer.alloc(1));

/**
 * Whether a Cassandra serves clients there: it takes one in, as it does a driver, and runs a query; or it asks for a
 * password, which ends the question. An open port alone says little: a node that has just started, or is overloaded,
 * takes connections long before it answers.
 */
export async function answersCql(ip: string, port: number): Promise<boolean> {
  const socket = connect(port, ip);
  socket.setTimeout(PATIENCE, () => socket.destroy());
  const answers = answersOf(socket);
  try {
    socket.write(startup);
    const { value: greeting } = await answers.next();
    if (greeting !== READY) return greeting === AUTHENTICATE;
    socket.write(query);
    return (await answers.next()).value === RESULT;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Gives the kind of each frame that comes, when it is whole. */
async function* answersOf(socket: Socket): AsyncGenerator<number, void> {
  let rest = Buffer.alloc(0);
  for await (const chunk of socket) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= HEADER && rest.length >= HEADER + rest.readUInt32BE(5)) {
      yield rest[4]!;
      rest = rest.subarray(HEADER + rest.readUInt32BE(5));
    }
  }
}

function frame(kind: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const header = Buffer.from([4, 0, 0, 0, kind, 0, 0, 0, 0]);
  header.writeUInt32BE(body.length, 5);
  return Buffer.concat([header, body]);
}

function short(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([short(value.length), Buffer.from(value)]);
}

function longText(value: string): Buffer {
  return Buffer.concat([short(0), text(value)]);
}
