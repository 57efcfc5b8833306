import { z } from "zod";

// Fields of what the index knows. Whole numbers that may be beyond 2^53 are decimal texts, addresses have their
// checksum, what is "nobody" or "nothing" in a contract is null, and times are seconds since 1970. A field is added, but
// neither renamed nor given another meaning.

export const count = z.int().min(0);
export const integer = z.string().regex(/^-?\d+$/);
export const wei = integer.describe("wei");
export const units = integer.describe("wei, or smallest units of the token");
export const address = z
	.string()
	.regex(/^0x[0-9a-fA-F]{40}$/)
	.describe("address with checksum");
export const hash = z.string().regex(/^0x[0-9a-f]{64}$/);
export const time = count.describe("seconds since 1970");
export const token = address.nullable().describe("null: ether");

/** Where on the chain something happened. */
export const stamp = z
	.object({
		block: count,
		blockHash: hash,
		logIndex: count.describe("place of the event among those of its block"),
		transaction: hash,
		time,
	})
	.meta({ id: "Stamp" });
export type Stamp = z.infer<typeof stamp>;

/** What every item has besides its own. */
const stamps = {
	made: stamp.describe("the event that it came with"),
	changed: stamp.describe("the last event that changed it"),
};
/** The schema of a kind of items. */
export const item = <const Shape extends z.ZodRawShape>(id: string, shape: Shape) =>
	z.object({ ...shape, ...stamps }).meta({ id });

/** The contracts that are indexed. */
export const ROLES = [
	"registry",
	"market",
	"court",
	"workers",
	"jobs",
	"grid",
	"bounties",
	"operators",
	"attestations",
	"jobBeacon",
	"gridBeacon",
	"bountyBeacon",
] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

/** An event as a contract told it; whole numbers are texts. */
export const event = z
	.object({
		id: z.string().describe("block and place in it: `Last-Event-ID` of the stream"),
		contract: role,
		address,
		name: z.string(),
		args: z.record(z.string(), z.unknown()),
		...stamp.shape,
	})
	.meta({ id: "Event" });
export type EventItem = z.infer<typeof event>;
