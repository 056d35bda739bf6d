import {
  getNullableType,
  GraphQLBoolean,
  GraphQLID,
  type GraphQLObjectType,
  GraphQLString,
} from "graphql";
import type { PackedPage } from "../../cassandra/index.ts";
import { type MergedNodes, selectionSets } from "./collect.ts";
import { leaveToExecutor } from "./for-executor.ts";
import type { JsonWriter } from "./json-writer.ts";
import { addObject, type AddValue, type OutputField, objectTypeOf } from "./object.ts";
import type { PackedRow } from "./packed-row.ts";
import {
  addRowObject,
  type RowsContext,
  type WriteCursor,
  type WriteRowPart,
} from "./row-object.ts";
import { JsonTemplate } from "./template.ts";

/** A page that was read. */
export interface ReadPage {
  readonly rows: readonly PackedPage[];
  /** How many of the rows are on the page. */
  readonly count: number;
  /** Whether there are rows after it. */
  readonly more: boolean;
  /** Whether it was requested with a cursor. */
  readonly isAfter: boolean;
  readonly writeCursor: WriteCursor;
}

/** Writes a part of a page. */
export type WritePagePart = (out: JsonWriter, page: ReadPage) => void;

/** The parts of each row in a list: of `nodes`, or of `edges`. */
export type RowParts = readonly WriteRowPart[];

/** How a connection is written. */
export interface PageObject {
  readonly parts: readonly WritePagePart[];
  readonly lists: readonly RowParts[];
}

/**
 * Returns how the selected fields of a connection are written. These are fields that the relay plugin has made; any other
 * is left to the executor.
 *
 * @param row steps through the page
 */
export function pageObject(
  type: GraphQLObjectType,
  nodes: MergedNodes,
  { context, row }: { readonly context: RowsContext; readonly row: PackedRow },
): PageObject {
  const template = new JsonTemplate<WritePagePart>();
  const lists: RowParts[] = [];

  function addList(parts: RowParts): void {
    lists.push(parts);
    template.text("[");
    template.part((out, page) => writeRows(out, page, { row, parts }));
    template.text("]");
  }

  const sets = selectionSets(nodes);
  addObject(template, type, {
    ...context,
    sets,
    add: fieldsByName({
      nodes(field, selected) {
        const rows = new JsonTemplate<WriteRowPart>();
        addRowObject(rows, objectTypeOf(field), { sets: selectionSets(selected), context });
        addList(rows.parts());
      },
      edges: (field, selected) => addList(edgeParts(objectTypeOf(field), selected, context)),
      pageInfo: (field, selected) =>
        addObject(template, objectTypeOf(field), {
          ...context,
          sets: selectionSets(selected),
          add: fieldsByName(pageInfoFields(template, row)),
        }),
    }),
  });
  return { parts: template.parts(), lists };
}

function edgeParts(type: GraphQLObjectType, nodes: MergedNodes, context: RowsContext): RowParts {
  const template = new JsonTemplate<WriteRowPart>();
  addObject(template, type, {
    ...context,
    sets: selectionSets(nodes),
    add: fieldsByName({
      cursor(field) {
        requireCursorType(field);
        template.part((out, row, writeCursor) => writeCursor(out, row));
      },
      node: (field, selected) =>
        addRowObject(template, objectTypeOf(field), { sets: selectionSets(selected), context }),
    }),
  });
  return template.parts();
}

type AddByName = Readonly<Record<string, AddValue>>;

function pageInfoFields(template: JsonTemplate<WritePagePart>, row: PackedRow): AddByName {
  const flag =
    (read: (page: ReadPage) => boolean): AddValue =>
    (field) => {
      requireScalar(field, [GraphQLBoolean]);
      template.part((out, page) => out.ascii(read(page) ? "true" : "false"));
    };
  const cursor =
    (indexOf: (page: ReadPage) => number): AddValue =>
    (field) => {
      requireCursorType(field);
      template.part((out, page) => {
        if (page.count === 0) return out.ascii("null");
        row.open(page.rows);
        for (let at = 0; at <= indexOf(page); at++) row.next();
        page.writeCursor(out, row);
      });
    };
  return {
    hasNextPage: flag(({ more }) => more),
    hasPreviousPage: flag(({ isAfter }) => isAfter),
    startCursor: cursor(() => 0),
    endCursor: cursor(({ count }) => count - 1),
  };
}

function fieldsByName(fields: AddByName): AddValue {
  return (field, nodes) => {
    const add = Object.hasOwn(fields, field.name) ? fields[field.name] : undefined;
    return (add ?? leaveToExecutor())(field, nodes);
  };
}

function writeRows(
  out: JsonWriter,
  { rows, count, writeCursor }: ReadPage,
  { row, parts }: { readonly row: PackedRow; readonly parts: RowParts },
): void {
  row.open(rows);
  for (let at = 0; at < count && row.next(); at++) {
    if (at > 0) out.raw(COMMA);
    for (const write of parts) write(out, row, writeCursor);
  }
}

const COMMA = Uint8Array.of(0x2c);

/** Cursors are texts. A builder may give them another type. */
function requireCursorType(field: OutputField): void {
  requireScalar(field, [GraphQLString, GraphQLID]);
}

function requireScalar({ type }: OutputField, scalars: readonly object[]): void {
  if (!scalars.includes(getNullableType(type))) leaveToExecutor();
}
