import { createClient } from "partyfinder/client";

// Puts readings, follows their partition and reads a part of it.

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
const { readings } = await client.send<{ readings: { nodes: { at: string; value: number }[] } }>(
  `query ($device: String!, $day: Date!) {
    readings(device: $device, day: $day, at: { gte: "2027-08-15T18:00:00Z" }) { nodes { at value } }
  }`,
  partition,
);
console.log(JSON.stringify({ answers, live, readings: readings.nodes }));
