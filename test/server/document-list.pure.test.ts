import { hash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { DocumentListError, readDocumentList } from "../../src/server/document-list.ts";

const TEXT = "{ seats }";
const ID = hash("sha256", TEXT);

/** Returns the message with which a list is refused. */
function refusal(list: unknown): string {
  try {
    readDocumentList(list);
  } catch (error) {
    if (error instanceof DocumentListError) return error.message;
    throw error;
  }
  throw new Error("It was not refused.");
}

test("an id may have a prefix, as GraphQL over HTTP writes it", () => {
  expect(readDocumentList({ [ID]: TEXT })).toEqual(new Map([[ID, TEXT]]));
  expect(readDocumentList({ [`sha256:${ID}`]: TEXT })).toEqual(new Map([[ID, TEXT]]));
});

test("a list may be empty", () => {
  expect(readDocumentList({}).size).toBe(0);
});

test("a text is hashed in UTF-8", () => {
  const text = '{ seats(name: "Žižkov 🎭") }';
  expect(readDocumentList({ [hash("sha256", text)]: text }).size).toBe(1);
});

describe("a list is refused", () => {
  test.each([
    ["null", "null"],
    ["[]", "an array"],
    ['"{ seats }"', "a string"],
    ["5", "a number"],
  ])("if it is %s", (json, kind) => {
    const message = `A list of documents must be an object of texts by their ids, not ${kind}.`;
    expect(refusal(JSON.parse(json))).toBe(message);
  });

  test("if an entry is no text", () => {
    expect(refusal({ [ID]: { text: TEXT } })).toBe(
      `The document "${ID}" must be a text, not an object.`,
    );
    expect(refusal({ [ID]: null })).toBe(`The document "${ID}" must be a text, not null.`);
  });

  test("if an id is not the hash of its text, but of another one, or by another algorithm", () => {
    const correct = `must have the SHA-256 hash of its text as its id, ${ID}.`;
    for (const id of [hash("sha1", TEXT), hash("sha256", `${TEXT} `), ID.toUpperCase(), "1", ""]) {
      expect(refusal({ [id]: TEXT })).toBe(`The document "${id}" ${correct}`);
    }
  });

  test("if an id has the name of a property of every object", () => {
    for (const id of ["__proto__", "constructor", "toString"]) {
      const list: unknown = JSON.parse(`{ "${id}": "${TEXT}" }`);
      expect(refusal(list)).toContain(`The document "${id}" must have the SHA-256 hash`);
    }
  });

  test("with a message of bounded length, whatever the id", () => {
    expect(refusal({ ["x".repeat(1_000_000)]: TEXT }).length).toBeLessThan(300);
  });
});
