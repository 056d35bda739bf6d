import { createRequire } from "node:module";
import type { RawRow } from "../statement.ts";
import type { DriverType } from "./driver-type.ts";
import { Parameter } from "./parameter.ts";

/*
 * The types of the models encode and decode values themselves; the driver only carries bytes. The driver's own
 * conversion loses information: one value that it cannot decode fails the whole result, 1.5 becomes the int 1, and an
 * object has no key `__proto__`. This file replaces it in the two places where the driver converts.
 */

/** The driver's encoder of values (4.10.0, encoder.js), which its type declarations do not have. */
interface Encoder {
  readonly encodingOptions: { readonly bytes?: boolean };
  encode: (this: Encoder, value: unknown, type?: DriverType) => Buffer | null;
  decode: (bytes: Buffer | null, type: DriverType) => unknown;
}

/** The driver's parser of responses (4.10.0, streams.js). */
interface Parser {
  encoder: Pick<Encoder, "decode"> & Partial<Encoder>;
  parseRows: (this: Parser, frame: Frame, reader: unknown) => void;
  push: (item: { readonly row?: RawRow }) => boolean;
}

interface Frame {
  readonly meta: {
    readonly keyspace?: string;
    readonly columns: readonly { readonly ksname?: string }[];
  };
}

/** The encoding options of our clients, whose rows consist of bytes. They replace those that a caller gives. */
export const encoding = { bytes: true, useBigIntAsLong: true } as const;

const require = createRequire(import.meta.url);

const EncoderClass = require("cassandra-driver/lib/encoder.js") as {
  readonly prototype: Encoder;
};

const { Parser: ParserClass } = require("cassandra-driver/lib/streams.js") as {
  readonly Parser: { readonly prototype: Parser };
};

const rawEncoder = { decode: (bytes: Buffer | null) => bytes };

function bypassConversion(): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with its object below
  const { encode } = EncoderClass.prototype;
  EncoderClass.prototype.encode = function (value, type) {
    return value instanceof Parameter ? value.bytes(type) : encode.call(this, value, type);
  };
  // oxlint-disable-next-line typescript/unbound-method -- called with its object below
  const { parseRows } = ParserClass.prototype;
  ParserClass.prototype.parseRows = function (frame, reader) {
    const { encoder } = this;
    if (!encoder.encodingOptions?.bytes) return parseRows.call(this, frame, reader);
    const isSystemRow = isSystemFrame(frame);
    this.encoder = isSystemRow ? cellRecorder(this) : rawEncoder;
    try {
      parseRows.call(this, frame, reader);
    } finally {
      this.encoder = encoder;
      if (isSystemRow) Reflect.deleteProperty(this, "push");
    }
  };
}

/** The bytes of rows of system tables: the driver reads these rows itself, so it has to convert them. */
export const systemCells = new WeakMap<RawRow, readonly (Buffer | null)[]>();

/** Returns a decoder that converts cells as the driver does, and also keeps their bytes for each row pushed. */
function cellRecorder(parser: Parser): Pick<Encoder, "decode"> {
  const { encoder } = parser;
  let cells: (Buffer | null)[] = [];
  parser.push = function (item) {
    if (item.row) {
      systemCells.set(item.row, cells);
      cells = [];
    }
    return ParserClass.prototype.push.call(this, item);
  };
  return {
    decode(bytes, type) {
      cells.push(bytes);
      return encoder.decode(bytes, type);
    },
  };
}

/** Whether a result is of a system table, which the driver itself reads on the same connections. */
function isSystemFrame({ meta }: Frame): boolean {
  const keyspace = meta.keyspace ?? meta.columns[0]?.ksname ?? "";
  return keyspace === "system" || keyspace === "system_schema";
}

bypassConversion();
