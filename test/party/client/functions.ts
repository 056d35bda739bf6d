import type { GeneratedOperation } from "./operation.ts";

/** How functions are generated. */
export interface FunctionsOptions {
  /** The subscriptions whose `asOf` orders their values. */
  readonly ordered: readonly string[];
}

/** Returns the code of an interface with one function for each operation, and of a function that implements it. */
export function functionsOf(
  name: string,
  operations: readonly GeneratedOperation[],
  { ordered }: FunctionsOptions,
): string {
  const all = operations.map((operation) => ({
    ...operation,
    isOrdered: ordered.includes(operation.field),
  }));
  const unions = all.flatMap((operation) =>
    operation.union === undefined
      ? []
      : [`export type ${operation.union} = ${valueOf(operation)};`],
  );
  return `${unions.join("\n\n")}

/** The operations of the schema, each as a function that returns the value of its field. */
export interface ${name} {
${all.map((operation) => `${commentOf(operation)}\n${signatureOf(operation)};`).join("\n\n")}
}

/** Returns the operations as functions of a client. */
export function ${name[0]!.toLowerCase()}${name.slice(1)}(client: Client): ${name} {
  return {
${all.map((operation) => `${operation.field}: ${bodyOf(operation)},`).join("\n")}
  };
}`;
}

type GeneratedFunction = GeneratedOperation & { readonly isOrdered: boolean };

function commentOf(operation: GeneratedFunction): string {
  const paragraphs = [operation.description, ...behaviourOf(operation)];
  return `/**\n * ${paragraphs.join("\n *\n * ").replaceAll("*/", "*\\/")}\n */`;
}

/** Returns what the client adds to what the service does. */
function behaviourOf(operation: GeneratedFunction): readonly string[] {
  const { kind, variables, newId, created, reset, isOrdered } = operation;
  if (kind === "query") return [];
  if (kind === "subscription") {
    const order = isOrdered
      ? ", and no value comes twice or after a newer one"
      : variables.includes("since")
        ? ", and does not repeat its last value"
        : "";
    return reset
      ? [
          `\`${reset.type}\` comes first, after a lost connection, and instead of the waiting events when more than 100 wait. What is read after it misses nothing.`,
        ]
      : [
          `It resumes by itself after a lost connection${order}. A slow reader gets the newest value.`,
        ];
  }
  if (variables.includes("operationId")) {
    return [
      "It is sent again while no answer comes, up to 4 times, under one `operationId`, so that it is executed once: the given one or a new one. It is sent once, without any, if `operationId` is null, or if the service remembers too many ids for a new one.",
    ];
  }
  if (newId) {
    const place = `\`${newId.join(".")}\``;
    return [
      `It is sent again while no answer comes, up to 4 times, under one ${place}: the given one or a new one.`,
      ...(created
        ? [
            `With the given one, a repeated create can answer \`${created.exists}\`. With a new one it answers \`${created.type}\` instead, with the row as it is by then.`,
          ]
        : []),
    ];
  }
  return ["It is sent once. After a `NETWORK_ERROR` read before you repeat it."];
}

function signatureOf(operation: GeneratedFunction): string {
  const value = operation.union ?? valueOf(operation);
  const result = operation.kind === "subscription" ? `LiveValues<${value}>` : `Promise<${value}>`;
  return `${operation.field}(variables: ${operation.name}Variables, options?: CallOptions): ${result}`;
}

/** Returns the type of the field's value. A mutation's is null only if there is an error, which is thrown. */
function valueOf({
  kind,
  name,
  field,
}: Pick<GeneratedOperation, "kind" | "name" | "field">): string {
  return kind === "mutation" ? `NonNullable<${name}["${field}"]>` : `${name}["${field}"]`;
}

function bodyOf(operation: GeneratedFunction): string {
  const { kind, constant, field, newId } = operation;
  if (kind === "subscription") {
    const options = liveOptionsOf(operation);
    return `(variables, options) => liveField(client.subscribe(${constant}, variables, ${options}), "${field}")`;
  }
  if (kind === "query") {
    return `async (variables, options) => (await client.send(${constant}, variables, options)).${field}`;
  }
  const options = newId ? `{ ...options, newId: "${newId.join(".")}" }` : "options";
  return `async (variables, options) => {
    const data = await client.send(${constant}, variables, ${options});
    ${resultOf(operation)}
  }`;
}

function liveOptionsOf({ field, reset, isOrdered }: GeneratedFunction): string {
  if (isOrdered) return "{ ...options, ordered: true }";
  if (!reset) return "options";
  const fields = reset.fields.map((each) => `${each}: variables.${each}`);
  return `{
    ...options,
    reset: { ${field}: { __typename: "${reset.type}", ${fields.join(", ")} } },
  }`;
}

function resultOf({ field, newId, created }: GeneratedFunction): string {
  if (!newId || !created) return `return requiredField(data, "${field}");`;
  const { type, exists, row } = created;
  return `const result = requiredField(data, "${field}");
    // What has the id that the client made is what an earlier attempt created.
    const isOwn = variables.${newId.join(".")} == null && result.__typename === "${exists}";
    return isOwn ? { __typename: "${type}", ${row}: result.${row} } : result;`;
}
