import { connect } from "../../../src/cassandra/index.ts";
import * as application from "../../../src/party/application.ts";
import { createServer } from "../../../src/server/index.ts";
import { answer, cpu } from "../../fixtures/child.ts";
import { roomyLimits } from "../../fixtures/roomy-limits.ts";
import { createStubSession } from "./stub/session.ts";
import type { ServerAnswers } from "./server.ts";

// The service in its own process.

const [contactPoints, localDataCenter = "", keyspace = ""] = process.argv.slice(2);
const session =
  contactPoints === undefined
    ? createStubSession()
    : await connect({ contactPoints: contactPoints.split(","), localDataCenter, keyspace });
const server = await createServer({ ...application, session, limits: roomyLimits });
const url = server.url.replace("localhost", "127.0.0.1");

answer({ url: () => url, cpu } satisfies ServerAnswers);
