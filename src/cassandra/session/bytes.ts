import { createRequire } from "node:module";
import { errors } from "cassandra-driver";
import type { RawRow } from "../statement.ts";
import type { DriverType } from "./driver-type.ts";
import { createKnownMetadata } from "./known-metadata.ts";
import { type PackedRows, packedRowsIn, type ResultColumn } from "./packed-rows.ts";
import { Parameter } from "./parameter.ts";

/*
 * The types of the models encode and decode values themselves; the driver only carries bytes. The driver's own
 * conversion loses information: one value that it cannot decode fails the whole result, 1.5 becomes the int 1, and an
 * object has no key `__proto__`. It also takes time: the driver makes an object of each row, sends it through two
 * streams, and reads the names of the columns again for each result. This file replaces it where the driver converts.
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
  parseResult: (this: Parser, frame: Frame, reader: ResponseReader) => void;
  parseRows: (this: Parser, frame: Frame & { readonly meta: Metadata }, reader: unknown) => void;
  handleParsingError: (error: Error, frame: Frame, reader: null) => void;
  push: (item: ParserItem) => boolean;
}

interface ParserItem {
  readonly header?: unknown;
  readonly row?: RawRow;
  readonly result?: {
    readonly rows: PackedRows;
    readonly meta: Metadata;
    readonly flags: unknown;
  };
}

/** A response, or the part of it that has been read. */
interface Frame {
  readonly header: { readonly flags: number; readonly bodyLength: number };
  readonly flagsInfo: unknown;
  /** Whether its rows are handed on one by one, while it arrives. */
  readonly byRow?: boolean;
  /** The metadata of a response of which a part has been read. */
  readonly meta?: Metadata;
}

interface ResponseReader {
  readonly buf: Buffer;
  offset: number;
  readMetadata: (this: ResponseReader, kind: number) => Metadata;
}

interface Metadata {
  readonly keyspace?: string;
  readonly columns: readonly (ResultColumn & { readonly ksname?: string })[];
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
  const { parseResult, parseRows } = ParserClass.prototype;
  ParserClass.prototype.parseResult = function (frame, reader) {
    const isOurs = this.encoder.encodingOptions?.bytes && !frame.byRow && !frame.meta;
    const { offset } = reader;
    const kind = kindOfResult(reader);
    if (isOurs && kind === ROWS_RESULT && pushPacked(this, frame, reader)) return;
    reader.offset = offset;
    if (kind === PREPARED_RESULT) noteSelect(reader);
    parseResult.call(this, frame, reader);
  };
  ParserClass.prototype.parseRows = function (frame, reader) {
    const { encoder } = this;
    if (!encoder.encodingOptions?.bytes) return parseRows.call(this, frame, reader);
    const isSystemRow = isOfSystemTable(frame.meta);
    this.encoder = isSystemRow ? cellRecorder(this) : rawEncoder;
    try {
      parseRows.call(this, frame, reader);
    } finally {
      this.encoder = encoder;
      if (isSystemRow) Reflect.deleteProperty(this, "push");
    }
  };
}

/** The kinds of results that have rows, and that are of a PREPARE request. A result begins with its kind, an int. */
const [ROWS_RESULT, PREPARED_RESULT] = [2, 4];

function kindOfResult({ buf, offset }: ResponseReader): number | undefined {
  return buf.length >= offset + 12 ? buf.readInt32BE(offset) : undefined;
}

/**
 * Notes whether a prepared statement is a SELECT, when the driver reads the metadata of its parameters. After that comes
 * the metadata of its result, which the driver does not read. Cassandra describes the result of a SELECT only
 * (ResultSet.java, `fromPrepared`).
 */
function noteSelect(reader: ResponseReader): void {
  // oxlint-disable-next-line typescript/unbound-method -- called with its object below
  const { readMetadata } = reader;
  reader.readMetadata = function (kind) {
    const metadata = readMetadata.call(this, kind);
    const columns = readResultColumns(this, readMetadata);
    // A later version could describe the result of a lightweight transaction as well.
    if (columns.length > 0 && columns[0]!.name !== "[applied]") selects.add(metadata);
    return metadata;
  };
}

function readResultColumns(
  reader: ResponseReader,
  readMetadata: ResponseReader["readMetadata"],
): Metadata["columns"] {
  const { offset } = reader;
  try {
    return readMetadata.call(reader, ROWS_RESULT).columns;
  } catch {
    return [];
  } finally {
    reader.offset = offset;
  }
}

/** The metadata of the parameters of SELECT statements. */
const selects = new WeakSet<object>();

/** Whether a prepared statement is a SELECT, by the metadata of its parameters. It is not if that is unknown. */
export function isSelect(metadata: object): boolean {
  return selects.has(metadata);
}

/**
 * Hands on the rows of a response as they came. Returns false if the driver has to parse the response: its rows are of
 * a system table, or its metadata cannot be read.
 */
function pushPacked(parser: Parser, frame: Frame, reader: ResponseReader): boolean {
  const { buf, offset } = reader;
  const { header, flagsInfo: flags } = frame;
  const meta = readMetadata(reader, offset + 4);
  if (!meta || isOfSystemTable(meta)) return false;
  const start = reader.offset + 4;
  const length = start <= buf.length ? buf.readInt32BE(reader.offset) : -1;
  const init = { bytes: buf, start, length, columns: meta.columns };
  // Before the result, a response with flags has parts whose length is not known here.
  const end = header.flags === 0 ? Math.min(offset + header.bodyLength, buf.length) : buf.length;
  const rows = packedRowsIn(init, end);
  if (rows) parser.push({ header, result: { rows, meta, flags } });
  else parser.handleParsingError(new errors.DriverInternalError(TRUNCATED), frame, null);
  return true;
}

const TRUNCATED = "The rows do not end within their response";

/** The only flag with which the same bytes say the same again: all columns are of one table. */
const ONE_TABLE = 1;

const knownMetadata = createKnownMetadata<Metadata>(64);

/** Reads the metadata at a position, and moves the reader behind it. Returns undefined if it cannot be read. */
function readMetadata(reader: ResponseReader, start: number): Metadata | undefined {
  const { buf } = reader;
  const isConstant = (buf.readInt32BE(start) & ~ONE_TABLE) === 0;
  const found = isConstant ? knownMetadata.find(buf, start) : undefined;
  if (found) {
    reader.offset = found.end;
    return found.metadata;
  }
  reader.offset = start;
  try {
    const metadata = reader.readMetadata(ROWS_RESULT);
    if (isConstant) knownMetadata.add(buf, start, { metadata, end: reader.offset });
    return metadata;
  } catch {
    return undefined;
  }
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

/** Whether a result is of a table that the driver itself reads on the same connections. */
function isOfSystemTable({ keyspace, columns }: Metadata): boolean {
  return SYSTEM_KEYSPACES.has(keyspace ?? columns[0]?.ksname ?? "");
}

/** The keyspaces in the driver's queries (control-connection.js, schema-parser.js, metadata/index.js). */
const SYSTEM_KEYSPACES: ReadonlySet<string> = new Set([
  "system",
  "system_schema",
  "system_traces",
  "system_virtual_schema",
]);

bypassConversion();
