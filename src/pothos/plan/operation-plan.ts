import {
  type DocumentNode,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  type FieldNode,
  type GraphQLError,
  Kind,
  type OperationDefinitionNode,
} from "graphql";
import type { Table } from "../../cassandra/index.ts";
import { collectFields, type Selecting } from "./collect.ts";
import { isLeftToExecutor, leaveToExecutor } from "./for-executor.ts";
import { JsonWriter } from "./json-writer.ts";
import { outlineOf } from "./outline.ts";
import { plannableRead } from "./plannable.ts";
import { PlannedFields } from "./planned-fields.ts";
import { planPageField } from "./planned-page.ts";
import { type PlannedRead, PlannedValue, setPlannedRead } from "./planned-read.ts";
import { PlannedResult } from "./planned-result.ts";
import { planRowField } from "./planned-row.ts";

/** How an operation is executed, for certain values of the variables in its conditions. */
export interface OperationPlan {
  /** How many fields it has. */
  readonly size: number;
  /** Returns the result; undefined: it is left to the executor. */
  execute(args: ExecutionArgs, most: AnswerLimit): Promise<ExecutionResult | undefined>;
}

/** How large an answer may be. */
export interface AnswerLimit {
  /** In bytes. */
  readonly answerBytes: number;
  /** Returns the error of an answer that is larger. */
  readonly tooLarge: () => GraphQLError;
}

/** An operation to plan. */
export interface PlannedOperation extends Selecting {
  readonly operation: OperationDefinitionNode;
}

/**
 * Plans an operation whose fields can all be planned. Any other is left to the executor.
 *
 * The plan is an operation on the schema's outline, whose root fields select nothing.
 */
export function planOperation({ operation, ...selecting }: PlannedOperation): OperationPlan {
  const { schema } = selecting;
  const query = schema.getQueryType()!;
  const fields = new PlannedFields();
  const roots: FieldNode[] = [];
  const tablesOfRows = new Set<Table>();
  let reads = 0;
  for (const nodes of collectFields(query, [operation.selectionSet], selecting).values()) {
    const { value: name } = nodes[0].name;
    if (name === "__typename") {
      fields.count();
      roots.push(...nodes);
      continue;
    }
    const field = query.getFields()[name];
    const read = field && plannableRead(field);
    if (!field || !read) return leaveToExecutor();
    // The loader reads several rows of a partition by one query.
    if (read.reads === "row" && tablesOfRows.has(read.table)) return leaveToExecutor();
    if (read.reads === "row") tablesOfRows.add(read.table);
    fields.addRead(field);
    reads += 1;
    const context = { read, selecting, fields };
    const planned: PlannedRead = {
      page: read.reads === "page" ? planPageField(field, nodes, context) : leaveToExecutor,
      row: read.reads === "row" ? planRowField(field, nodes, context) : leaveToExecutor,
    };
    const leaves = nodes.map(leafOf);
    setPlannedRead(leaves[0]!, planned);
    roots.push(...leaves);
  }
  if (reads === 0) leaveToExecutor();
  const document = outlineDocument(operation, roots);
  const outline = outlineOf(schema);
  return {
    size: fields.size,
    async execute(args, limit) {
      if (!fields.isUnchanged) return undefined;
      const result = await execute({ ...args, schema: outline, document });
      // What other fields have read may have errors, too, and is not in the result.
      if (result.data === null && reads > 1) return undefined;
      return finish(result, limit);
    },
  };
}

/** Returns a node without what it selects. */
function leafOf(node: FieldNode): FieldNode {
  const { selectionSet: _, directives: __, ...leaf } = node;
  return leaf;
}

/** Returns a document of which an operation selects these fields. */
function outlineDocument(
  operation: OperationDefinitionNode,
  selections: readonly FieldNode[],
): DocumentNode {
  const { directives: _, ...definition } = operation;
  const selectionSet = { kind: Kind.SELECTION_SET, selections } as const;
  return { kind: Kind.DOCUMENT, definitions: [{ ...definition, selectionSet }] };
}

const out = new JsonWriter();

/** Returns the result of an operation on the outline as that of the operation itself. */
function finish(
  result: ExecutionResult,
  { answerBytes, tooLarge }: AnswerLimit,
): ExecutionResult | undefined {
  const { data, errors = [] } = result;
  if (errors.some(({ originalError }) => isLeftToExecutor(originalError))) return undefined;
  if (!data) return result;
  try {
    out.begin(answerBytes);
    out.ascii('{"data":{');
    for (const [at, [name, value]] of Object.entries(data).entries()) {
      out.ascii(`${at === 0 ? "" : ","}"${name}":`);
      if (value instanceof PlannedValue) value.write(out);
      else out.json(JSON.stringify(value));
    }
    out.ascii("}}");
    if (out.isTooLong) return { errors: [tooLarge()] };
    const planned = new PlannedResult(out.end());
    return errors.length === 0 ? planned : { errors, data: planned.data };
  } catch (error) {
    if (isLeftToExecutor(error)) return undefined;
    if (out.isTooLong) return { errors: [tooLarge()] };
    throw error;
  }
}
