import { createRequire } from "node:module";
import type { RawRow } from "../statement.ts";
import type { DriverType } from "./driver-type.ts";
import { Parameter } from "./parameter.ts";

/*
 * Values go to Cassandra and come from it as bytes, which the types of the models read and write. The driver's own
 * conversion would lose some (what it cannot read fails the whole result; 1.5 becomes the int 1; an object has no key
 * `__proto__`), so it is passed by, in the two places where it converts.
 */

/** The driver's writer of values (4.10.0, encoder.js), of which its types know nothing. */
interface Encoder {
  readonly encodingOptions: { readonly bytes?: boolean };
  encode: (this: Encoder, value: unknown, type?: DriverType) => Buffer | null;
  decode: (bytes: Buffer | null, type: DriverType) => unknown;
}

/** The driver's reader of responses (4.10.0, streams.js). */
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

/** The encoding options of our clients, whose rows are of bytes: the driver's own have no say. */
export const encoding = { bytes: true, useBigIntAsLong: true } as const;

const require = createRequire(import.meta.url);

const EncoderClass = require("cassandra-driver/lib/encoder.js") as {
  readonly prototype: Encoder;
};

const { Parser: ParserClass } = require("cassandra-driver/lib/streams.js") as {
  readonly Parser: { readonly prototype: Parser };
};

const passing = { decode: (bytes: Buffer | null) => bytes };

function passByConversion(): void {
  // oxlint-disable-next-line typescript/unbound-method -- it is called with its object
  const { encode } = EncoderClass.prototype;
  EncoderClass.prototype.encode = function (value, type) {
    return value instanceof Parameter ? value.bytes(type) : encode.call(this, value, type);
  };
  // oxlint-disable-next-line typescript/unbound-method -- it is called with its object
  const { parseRows } = ParserClass.prototype;
  ParserClass.prototype.parseRows = function (frame, reader) {
    const { encoder } = this;
    if (!encoder.encodingOptions?.bytes) return parseRows.call(this, frame, reader);
    const isSystem = isOfSystem(frame);
    this.encoder = isSystem ? keepingCells(this) : passing;
    try {
      parseRows.call(this, frame, reader);
    } finally {
      this.encoder = encoder;
      if (isSystem) Reflect.deleteProperty(this, "push");
    }
  };
}

/** The bytes of rows of the system's tables, which the driver needs converted. */
export const systemCells = new WeakMap<RawRow, readonly (Buffer | null)[]>();

/** Lets a parser convert cells, and keeps their bytes for each row that it pushes. */
function keepingCells(parser: Parser): Pick<Encoder, "decode"> {
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

/** Whether rows are of the system's tables, which the driver reads for itself, on the same connections. */
function isOfSystem({ meta }: Frame): boolean {
  const keyspace = meta.keyspace ?? meta.columns[0]?.ksname ?? "";
  return keyspace === "system" || keyspace === "system_schema";
}

passByConversion();
