import { describe, expect, test } from "vitest";
import { problemsOf } from "./check.ts";

const json = (status: number, body: object) => ({
  status,
  contentType: "application/json; charset=utf-8",
  body: JSON.stringify(body),
});
const failed = (status: number, message: string, code?: string) =>
  json(status, { errors: [{ message, extensions: { code } }] });
const checked = (response: Parameters<typeof problemsOf>[0]) =>
  problemsOf(response, { mustAnswer: true });

describe("what is right passes", () => {
  test.each([
    json(200, { data: null }),
    failed(400, "The body is not JSON.", "BAD_REQUEST"),
    failed(503, "No answer in time.", "UNAVAILABLE"),
    failed(200, "There is no such seat.", "SEAT_NOT_FOUND"),
    json(503, { status: "unavailable", reason: "Cassandra did not answer within 2 s." }),
    { status: 400, contentType: "", body: "" },
    { status: 200, contentType: "text/event-stream", body: 'event: next\ndata: {"data":{}}\n\n' },
  ])("%j", (response) => {
    expect(checked(response)).toEqual([]);
  });
});

describe("what is wrong is found", () => {
  test.each([
    [undefined, "no answer"],
    [json(500, {}), "status 500 without a code: {}"],
    [
      failed(200, "Unexpected error.", "INTERNAL_SERVER_ERROR"),
      "INTERNAL_SERVER_ERROR, request id undefined",
    ],
    [failed(200, "No."), "an error without a known code: undefined: No."],
    [failed(400, "x", "MADE_UP"), "an error without a known code: MADE_UP: x"],
    [
      failed(400, "Error\n    at run (x)", "BAD_REQUEST"),
      String.raw`tells of the inside: "\\n    at "`,
    ],
    [failed(400, "In /srv/app/body.ts:3", "BAD_REQUEST"), 'tells of the inside: "y.ts:3"'],
    [failed(400, "connect ECONNREFUSED", "BAD_REQUEST"), 'tells of the inside: "ECONNREFUSED"'],
    [
      { status: 200, contentType: "application/json", body: "{" },
      "an answer that is no JSON object: {",
    ],
    [
      {
        status: 200,
        contentType: "text/event-stream",
        body: 'event: next\ndata: {"errors":[{}]}\n\n',
      },
      "an error without a known code: undefined: undefined",
    ],
  ])("%j", (response, problem) => {
    expect(checked(response)).toEqual([problem]);
  });
});
