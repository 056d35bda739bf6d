import { expect, test } from "vitest";
import { withoutHints } from "../../src/server/suggestions.ts";

const missing = "A required field of the value is missing.";

// The messages of graphql 16 and 17.
test.each([
  [
    'Field "pay" argument "input" of type "SecretInput!" is required, but it was not provided.',
    'A required argument of "pay" is missing.',
  ],
  [
    'Argument "Mutation.pay(input:)" of type "[SecretInput!]!" is required, but it was not provided.',
    'A required argument of "pay" is missing.',
  ],
  [
    'Directive "@cost" argument "of" of type "Int!" is required, but it was not provided.',
    'A required argument of "@cost" is missing.',
  ],
  [
    'Argument "@cost(of:)" of type "Int!" is required, but it was not provided.',
    'A required argument of "@cost" is missing.',
  ],
  ['Field "SecretInput.ssn" of required type "String!" was not provided.', missing],
  [
    'Expected value of type "SecretInput" to include required field "ssn", found: { a: 1 }.',
    missing,
  ],
  [
    'Variable "$input" got invalid value { a: "b; c" } at "input.of"; Field "ssn" of required type "String!" was not provided.',
    `Variable "$input" got invalid value { a: "b; c" } at "input.of"; ${missing}`,
  ],
  [
    'Variable "$input" has invalid value: Expected value of type "SecretInput" to include required field "ssn", found: { a: "b\nc" }.',
    `Variable "$input" has invalid value: ${missing}`,
  ],
  [
    'Variable "$input" has invalid value at .of[0]: Expected value of type "SecretInput" to include required field "ssn", found: {}.',
    `Variable "$input" has invalid value at .of[0]: ${missing}`,
  ],
  [
    'Unknown argument "inptu" on field "Mutation.pay". Did you mean "input"?',
    'Unknown argument "inptu" on field "Mutation.pay".',
  ],
])("a message tells no more than what the client wrote: %s", (whole, told) => {
  expect(withoutHints(whole)).toBe(told);
});

test.each([
  'Variable "$input" of required type "SecretInput!" was not provided.',
  'Cannot query field "a" on type "Query".',
])("what the client wrote itself, stays: %s", (message) => {
  expect(withoutHints(message)).toBe(message);
});
