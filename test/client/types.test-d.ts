import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import type { DocumentNode } from "graphql";
import { describe, expectTypeOf, test } from "vitest";
import {
  type CallOptions,
  type Client,
  ClientError,
  type DocumentText,
  liveField,
  type LiveValues,
  requiredField,
} from "../../src/client/index.ts";

// As code generators write their types.
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
type Data = { readonly seat: { readonly taken: number } | null };
type Variables = Exact<{ theatre: string; id: string; after?: string | null }>;
type Nothing = Exact<{ [key: string]: never }>;

declare class TypedDocumentString<TResult, TVariables> extends String {
  __apiType?: (variables: TVariables) => TResult;
  private value: string;
  override toString(): string;
}

declare const client: Client;
declare const signal: AbortSignal | undefined;
declare const text: DocumentText<Data, Variables>;
declare const boxed: TypedDocumentString<Data, Variables>;
declare const node: TypedDocumentNode<Data, Variables>;
declare const untyped: DocumentNode;
declare const withoutVariables: DocumentText<Data, Nothing>;
declare const withOptional: TypedDocumentNode<Data, Exact<{ first?: number }>>;

const key = { theatre: "Globe", id: "" };

describe("the data", () => {
  test("have the type of the document, whatever its form", async () => {
    expectTypeOf(await client.send(text, key)).toEqualTypeOf<Data>();
    expectTypeOf(await client.send(boxed, key)).toEqualTypeOf<Data>();
    expectTypeOf(await client.send(node, key)).toEqualTypeOf<Data>();
    expectTypeOf(client.subscribe(text, key)).toEqualTypeOf<LiveValues<Data>>();
    expectTypeOf(client.subscribe(node, key)).toEqualTypeOf<LiveValues<Data>>();
  });

  test("of a plain string or an untyped node are unknown, unless a type is given", async () => {
    expectTypeOf(await client.send("{ seat { taken } }")).toEqualTypeOf<unknown>();
    expectTypeOf(await client.send(untyped, { any: 1 })).toEqualTypeOf<unknown>();
    expectTypeOf(await client.send<Data>("{ seat { taken } }", key)).toEqualTypeOf<Data>();
    expectTypeOf(client.subscribe<Data>("subscription { seat }")).toEqualTypeOf<LiveValues<Data>>();
  });

  test("of live values end with undefined", async () => {
    const values = client.subscribe(text, key);
    expectTypeOf((await values.next()).value).toEqualTypeOf<Data | undefined>();
    expectTypeOf(await values.return()).toEqualTypeOf<IteratorReturnResult<undefined>>();
  });

  test("of a field are its value", async () => {
    expectTypeOf(requiredField(await client.send(text, key), "seat").taken).toBeNumber();
    const seats = liveField(client.subscribe(text, key), "seat");
    expectTypeOf(seats).toEqualTypeOf<LiveValues<Data["seat"]>>();
  });
});

describe("variables", () => {
  test("that are needed have to be given", () => {
    // @ts-expect-error no variables
    void client.send(text);
    // @ts-expect-error no id
    void client.send(text, { theatre: "Globe" });
    // @ts-expect-error no variables
    void client.send(node);
    // @ts-expect-error no id
    void client.send(boxed, { theatre: "Globe" });
    // @ts-expect-error no id
    void client.subscribe(node, { theatre: "Globe" });
  });

  test("of another type, or that the document does not have, do not compile", () => {
    // @ts-expect-error an id is a string
    void client.send(text, { theatre: "Globe", id: 1 });
    // @ts-expect-error there is no such variable
    void client.send(node, { ...key, last: 5 });
    // @ts-expect-error there is no such variable
    void client.subscribe(text, { ...key, last: 5 });
    // @ts-expect-error it has none
    void client.send(withoutVariables, { theatre: "Globe" });
  });

  test("that are all optional may be left out", () => {
    void client.send(withoutVariables);
    void client.send(withoutVariables, {}, { signal });
    void client.send(withOptional);
    void client.send(withOptional, { first: 1 });
    void client.send(text, { ...key, after: null });
  });
});

describe("options", () => {
  test("of every call may have a signal, or undefined", () => {
    expectTypeOf<{ signal: AbortSignal | undefined }>().toExtend<CallOptions>();
    void client.send(text, key, { signal, newId: "id" });
    void client.subscribe(text, key, { signal, ordered: true });
  });

  test("of a subscription have a reset of its data", () => {
    void client.subscribe(text, key, { reset: { seat: null } });
    // @ts-expect-error not the data
    void client.subscribe(text, key, { reset: { lamp: null } });
    // @ts-expect-error only of mutations
    void client.subscribe(text, key, { newId: "id" });
  });
});

test("what is not a document does not compile", () => {
  // @ts-expect-error a number
  void client.send(5);
  // @ts-expect-error an array
  void client.send(["{ seat }"]);
  // @ts-expect-error an object
  void client.send({});
});

test("an error has its code, the errors of the service and the data beside them", () => {
  expectTypeOf<ClientError["code"]>().toEqualTypeOf<string>();
  expectTypeOf<ClientError["errors"][number]["message"]>().toEqualTypeOf<string>();
  expectTypeOf<ClientError["data"]>().toEqualTypeOf<Readonly<Record<string, unknown>> | null>();
});
