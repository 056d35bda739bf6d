import { createCli } from "../../src/cli/index.ts";
import { createRow, type Session } from "../../src/cassandra/index.ts";

// The command of an application other than partyfinder. A test sets the name of a misspelled export.

const { MISSPELLED: misspelled, OTHER: other } = process.env;

await createCli({
  name: "my-theatre",
  summary: "the seats of theatres",
  async load() {
    const { schema, SeatTable } = await import("../server/theatre.ts");
    return {
      schema,
      tables: [SeatTable],
      operations: [`query Seats { seats(theatre: "St. John's") { nodes { taken } } }`],
      async seed(session: Session) {
        const { applied } = await session.run(
          createRow(SeatTable, {
            theatre: "St. John's",
            id: "00000000-0000-4000-8000-000000000001",
          }),
        );
        return applied ? 1 : 0;
      },
      ...(misspelled !== undefined && { [misspelled]: true }),
      ...(other !== undefined && Object.fromEntries([JSON.parse(other)])),
    };
  },
}).run(process.argv.slice(2));
