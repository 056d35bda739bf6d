import { createClient } from "partyfinder/client";

// Puts readings, follows their partition, reads parts of it, by time and by an index, counts, and deletes a part.

const [url = ""] = process.argv.slice(2);
await using client = createClient({ url });
const partition = { device: "roof", day: "2027-08-15" };

async function putReading(time: string, value: number): Promise<string> {
  const { putReading } = await client.send<{ putReading: { __typename: string } }>(
    `mutation ($device: String!, $day: Date!, $at: DateTime!, $row: ReadingInput!) {
      putReading(device: $device, day: $day, at: $at, row: $row) { __typename }
    }`,
    { ...partition, at: `2027-08-15T${time}:00Z`, row: { value } },
  );
  return putReading.__typename;
}

const answers = [await putReading("17:00", 20.5), await putReading("18:00", 21.5)];
const live: (string | number)[] = [];
for await (const { readingsChanged: event } of client.subscribe<{
  readingsChanged: { __typename: string; reading?: { value: number } };
}>(
  `subscription ($device: String!, $day: Date!) {
    readingsChanged(device: $device, day: $day) {
      __typename
      ... on ReadingCreated { reading { value } }
      ... on ReadingUpdated { reading { value } }
    }
  }`,
  partition,
  // Comes first, once the subscription is open.
  { reset: { readingsChanged: { __typename: "ReadingsReset" } } },
)) {
  live.push(event.reading?.value ?? event.__typename);
  if (event.reading) break;
  answers.push(await putReading("19:00", 22.5));
}
const { putReadings } = await client.send<{ putReadings: { __typename: string } }>(
  `mutation ($device: String!, $day: Date!, $rows: [ReadingRowInput!]!) {
    putReadings(device: $device, day: $day, rows: $rows) { __typename }
  }`,
  {
    ...partition,
    rows: [20, 21].map((hour) => ({
      at: `2027-08-15T${hour}:00:00Z`,
      row: { quality: 0, shape: [hour, 0.5, 0], place: { room: "attic", floor: 3 } },
    })),
  },
);
await client.send(
  `mutation ($device: String!, $day: Date!) {
    addCounts(device: $device, day: $day, add: { readings: "5", errors: "2" }) { __typename }
  }`,
  partition,
);
const read = await client.send(
  `query ($device: String!, $day: Date!) {
    readings(device: $device, day: $day, at: { gte: "2027-08-15T18:00:00Z", lt: "2027-08-15T20:00:00Z" }) {
      nodes { at value }
    }
    readingsWhere(device: $device, day: $day, where: { quality: 0 }, first: 1) {
      nodes { at shape place { room floor } }
    }
    counts(device: $device) { nodes { day readings errors } }
  }`,
  partition,
);
const { deleteReadings } = await client.send<{ deleteReadings: { __typename: string } }>(
  `mutation ($device: String!, $day: Date!) {
    deleteReadings(device: $device, day: $day, at: { gte: "2027-08-15T18:00:00Z" }) { __typename }
  }`,
  partition,
);
const left = await client.send(
  "query ($device: String!, $day: Date!) { readings(device: $device, day: $day) { nodes { value } } }",
  partition,
);
answers.push(putReadings.__typename, deleteReadings.__typename);
console.log(JSON.stringify({ answers, live, read, left }));
