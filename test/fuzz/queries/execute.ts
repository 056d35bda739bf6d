import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import {
  type DocumentNode,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
} from "graphql";
import type { Session } from "../../../src/cassandra/index.ts";
import {
  createExecute,
  type ExecutedMessage,
  PlannedResult,
  takeSkipped,
} from "../../../src/pothos/index.ts";
import type { QueryRun } from "./query.ts";
import type { Answers } from "./same.ts";
import { viewers } from "./viewers.ts";

/** How an operation was executed: see the diagnostics channel. */
export type By = ExecutedMessage["by"];

/** The results of one operation by both ways, as JSON. */
export interface Results extends Answers {
  readonly by: By;
}

/** Executes an operation by graphql-js and by plans. */
export type ExecuteBoth = (document: DocumentNode, run: QueryRun) => Promise<Results>;

/** How large planned answers may be, in bytes: the last one is rarely exceeded. */
const answerSizes = [400, 3000, 2 ** 20] as const;

const TOO_LARGE = "The answer is too large.";

/** Notes how operations are executed that run within {@link watchExecution}. */
const watched = new AsyncLocalStorage<{ by?: By }>();

/** How many operations were executed in each way outside of {@link createExecuteBoth}: by a server. */
export type Counts = Record<By, number>;

/** Listens to how operations are executed until it is disposed of. */
export function listen(counts: Counts): Disposable {
  const listener = (message: unknown) => {
    const { by } = message as ExecutedMessage;
    const execution = watched.getStore();
    if (execution) execution.by = by;
    else counts[by] += 1;
  };
  subscribe("partyfinder:execute", listener);
  return { [Symbol.dispose]: () => void unsubscribe("partyfinder:execute", listener) };
}

/** Returns functions that execute operations of a schema both ways, for answers of different sizes. */
export function createExecuteBoth(schema: GraphQLSchema, session: Session): readonly ExecuteBoth[] {
  return answerSizes.map((answerBytes) => {
    const planned = createExecute({ answerBytes, tooLarge: () => new GraphQLError(TOO_LARGE) });
    const known = new WeakSet<DocumentNode>();
    const byPlan: Execute = async (args) => {
      // It plans documents that come again.
      if (!known.has(args.document)) await planned(args);
      known.add(args.document);
      return (await planned(args)) ?? execute(args);
    };
    return async (document, run) => {
      const args = () => ({
        schema,
        document,
        contextValue: { session, viewer: viewers[run.viewer] },
        ...(run.variables && { variableValues: run.variables }),
        ...(run.operationName !== undefined && { operationName: run.operationName }),
      });
      const expected = await answerOf(args(), execute);
      const execution: { by?: By } = {};
      const actual = await watched.run(execution, () => answerOf(args(), byPlan));
      const by = execution.by!;
      const isLarge = by === "planned" && expected.bytes > answerBytes;
      return { expected: isLarge ? tooLarge : expected.text, actual: actual.text, by };
    };
  });
}

const tooLarge = JSON.stringify({ errors: [new GraphQLError(TOO_LARGE)] });

type Execute = (args: ExecutionArgs) => ReturnType<typeof execute>;

interface AnswerText {
  readonly text: string;
  /** The length of its data. */
  readonly bytes: number;
}

async function answerOf(args: ExecutionArgs, executeBy: Execute): Promise<AnswerText> {
  try {
    const result = await executeBy(args);
    const skipped = takeSkipped(args.contextValue as object);
    if (result instanceof PlannedResult) return plannedAnswer(result, skipped);
    const extensions = skipped === 0 ? result.extensions : { skipped };
    return { text: JSON.stringify({ ...result, extensions }), bytes: bytesOf(result) };
  } catch (error) {
    return { text: `throws ${String(error)}`, bytes: 0 };
  }
}

function bytesOf({ data }: ExecutionResult): number {
  return data ? Buffer.byteLength(JSON.stringify({ data })) : 0;
}

/** Returns the text of a planned answer, with what is wrong about it. */
function plannedAnswer({ json }: PlannedResult, skipped: number): AnswerText {
  const { text, length } = json;
  const parsed = JSON.stringify(JSON.parse(text));
  const wrong = [
    ...(length === Buffer.byteLength(text) ? [] : [`its length is said to be ${length}`]),
    ...(parsed === text ? [] : [`it is parsed as ${parsed}`]),
    ...(skipped === 0 ? [] : [`it has skipped ${skipped}`]),
  ];
  return { text: [text, ...wrong].join("; "), bytes: length };
}
