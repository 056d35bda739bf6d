import { channel } from "node:diagnostics_channel";
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  visit,
} from "graphql";
import { LRUCache } from "lru-cache";
import { isLeftToExecutor } from "./for-executor.ts";
import { type AnswerLimit, type OperationPlan, planOperation } from "./operation-plan.ts";

/** The memory that plans are kept in with their documents, in bytes. */
const PLAN_BYTES = 16 * 1024 * 1024;
/** An upper bound of the memory of a planned field, and of what belongs to a plan as a whole. */
const FIELD_BYTES = 1024;
/** An upper bound of a document's memory for each of its characters. */
const CHARACTER_BYTES = 50;
/** The most variables in the conditions of a planned operation: each doubles the number of its plans. */
const MOST_CONDITIONS = 4;

/** How an operation was executed: published for each on the diagnostics channel `partyfinder:execute`. */
export interface ExecutedMessage {
  /** `planned`: by a plan. `left`: a plan has left it to the executor. `executed`: it has no plan. */
  readonly by: "planned" | "left" | "executed";
}

const executed = channel("partyfinder:execute");

/**
 * Creates a function that executes queries of rows and pages with the same results as graphql-js, but in less time: rows
 * become JSON without becoming objects. It returns undefined for everything else, which graphql-js has to execute.
 *
 * An operation is planned when its document is executed for the second time: which columns it reads by which statement, and where in the JSON
 * each of them stands. That is possible if its root fields are `t.row` and `t.partition` whose values nobody has to look at,
 * and if nobody has wrapped the resolvers of the fields below. The root fields' own resolvers are called as ever, with all
 * that authorizes them. A promise of undefined is returned if the rows have values that cannot be shown.
 *
 * @example
 * const execute = createExecute({ answerBytes: 4 * 1024 * 1024, tooLarge });
 * const result = (await execute(args)) ?? (await graphql.execute(args));
 * const json = result instanceof PlannedResult ? result.json.text : JSON.stringify(result);
 */
export function createExecute(
  limit: AnswerLimit,
): (args: ExecutionArgs) => Promise<ExecutionResult | undefined> | undefined {
  const documents = new LRUCache<DocumentNode, PlannedDocument>({
    maxSize: PLAN_BYTES,
    sizeCalculation: ({ size }, { loc }) =>
      FIELD_BYTES * (1 + size) + CHARACTER_BYTES * (loc?.source.body.length ?? 0),
  });
  /** The documents that were executed once. Most documents of a flood are not sent again. */
  const executedOnce = new WeakSet<DocumentNode>();

  function planOf(args: ExecutionArgs): OperationPlan | undefined {
    const { document, schema } = args;
    let planned = documents.get(document);
    if (!planned) {
      if (!executedOnce.has(document)) return void executedOnce.add(document);
      planned = new PlannedDocument(schema, document);
      documents.set(document, planned);
    }
    // Introspection may be executed on a part of the schema.
    if (planned.schema !== schema) return undefined;
    const { size } = planned;
    const plan = planned.planOf(args);
    // It has grown.
    if (planned.size !== size) documents.set(document, planned);
    return plan;
  }

  async function byPlan(plan: OperationPlan, args: ExecutionArgs) {
    const result = await plan.execute(args, limit);
    publish(result ? "planned" : "left");
    return result;
  }

  return (args) => {
    const plan = planOf(args);
    if (plan) return byPlan(plan, args);
    publish("executed");
    return undefined;
  };
}

function publish(by: ExecutedMessage["by"]): void {
  if (executed.hasSubscribers) executed.publish({ by } satisfies ExecutedMessage);
}

/** The plans of a document's operations. */
class PlannedDocument {
  readonly schema: GraphQLSchema;
  readonly #document: DocumentNode;
  readonly #operations = new Map<string, PlannableOperation>();
  /** How many fields the plans have. */
  size = 0;

  constructor(schema: GraphQLSchema, document: DocumentNode) {
    this.schema = schema;
    this.#document = document;
  }

  /** Returns the plan for an execution; undefined: it has none. */
  planOf({
    operationName,
    variableValues,
    rootValue,
    fieldResolver,
  }: ExecutionArgs): OperationPlan | undefined {
    // They may differ from what was planned.
    if (rootValue !== undefined || fieldResolver) return undefined;
    const operation = this.#operation(operationName ?? "");
    const values = operation && conditionValues(operation, variableValues);
    if (!values) return undefined;
    const key = values.join();
    if (!operation.plans.has(key)) operation.plans.set(key, this.#plan(operation, values));
    return operation.plans.get(key);
  }

  #operation(name: string): PlannableOperation | undefined {
    const known = this.#operations.get(name);
    if (known) return known;
    const operation = getOperationAST(this.#document, name === "" ? undefined : name);
    if (operation?.operation !== "query") return undefined;
    const conditions = [...conditionVariables(this.#document)];
    const plannable = { operation, conditions, plans: new Map() };
    this.#operations.set(name, plannable);
    return plannable;
  }

  #plan({ operation, conditions }: PlannableOperation, values: readonly boolean[]) {
    try {
      const plan = planOperation({
        schema: this.schema,
        operation,
        fragments: fragmentsIn(this.#document),
        isTrue: (variable) => values[conditions.indexOf(variable)]!,
      });
      this.size += plan.size;
      return plan;
    } catch (error) {
      if (isLeftToExecutor(error)) return undefined;
      throw error;
    }
  }
}

/** A query, and its plans by the values of the variables in its conditions. */
interface PlannableOperation {
  readonly operation: OperationDefinitionNode;
  readonly conditions: readonly string[];
  /** Undefined: it is executed. */
  readonly plans: Map<string, OperationPlan | undefined>;
}

/** Returns the variables in the conditions of a document. */
function conditionVariables(document: DocumentNode): ReadonlySet<string> {
  const conditions = new Set<string>();
  visit(document, {
    Directive({ name, arguments: [condition] = [] }) {
      const isCondition = name.value === "skip" || name.value === "include";
      if (isCondition && condition?.value.kind === Kind.VARIABLE)
        conditions.add(condition.value.name.value);
    },
  });
  return conditions;
}

/** Returns the values of the variables in conditions; undefined if these are too many, or one is not a boolean. */
function conditionValues(
  { operation, conditions }: PlannableOperation,
  given: ExecutionArgs["variableValues"],
): readonly boolean[] | undefined {
  if (conditions.length > MOST_CONDITIONS) return undefined;
  const values: boolean[] = [];
  for (const name of conditions) {
    // A given undefined is none: it takes no default.
    const known = given && Object.hasOwn(given, name) ? given[name] : defaultOf(operation, name);
    if (typeof known !== "boolean") return undefined;
    values.push(known);
  }
  return values;
}

function defaultOf({ variableDefinitions = [] }: OperationDefinitionNode, name: string): unknown {
  const value = variableDefinitions.find(
    ({ variable }) => variable.name.value === name,
  )?.defaultValue;
  return value?.kind === Kind.BOOLEAN ? value.value : undefined;
}

function fragmentsIn({ definitions }: DocumentNode) {
  return new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION
        ? [[definition.name.value, definition] as const]
        : [],
    ),
  );
}
