import { unsigned } from "@umpire/indexer/answers.ts";
import { NETWORK_PRESETS } from "@umpire/markets/network-parameters.ts";
import { z } from "zod";

// What the endpoints of the compute network take and answer. Amounts are texts of whole wei.

const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/, "0x and 40 hexadecimal digits");
const root = z.string().regex(/^0x[0-9a-f]{64}$/, "0x and 64 hexadecimal digits, in small letters");
const wei = z.string().regex(/^\d{1,38}$/, "a text of whole wei");

export const registration = z.strictObject({
	address: address.describe("the worker's account"),
	stake: wei.default(String(NETWORK_PRESETS.test.slotStake)).describe("wei that it locks"),
	capacity: z.int().min(1).max(64).default(1).describe("jobs at a time"),
	gpu: z
		.string()
		.regex(/^[\x20-\x7e]{0,31}$/, "up to 31 plain characters")
		.default(""),
	leastReward: wei.default("0"),
});
export const client = z.strictObject({ address });
export const submission = z.strictObject({
	client: address,
	program: z.union([z.int().min(1), root]).describe("number or root of a registered program"),
	inputs: z
		.record(z.string(), z.unknown())
		.optional()
		.describe("lists of numbers, by the names of the inputs; on a local chain alone"),
	inputsRoot: root.optional().describe("the root of inputs that workers can get"),
	reward: wei,
	exposure: wei.optional().describe("stake of the worker that a false claim costs; ten rewards unless told"),
	workSeconds: z.int().min(1).max(31_536_000).default(600),
	tries: z.int().min(1).max(255).default(1),
});

export const keptInputs = z.strictObject({
	program: z.union([z.int().min(1), root]).describe("number or root of a registered program"),
	inputs: z.record(z.string(), z.unknown()).describe("lists of numbers, by the names of the inputs"),
});
export const inputsKept = z.object({ inputsRoot: root });

const sent = z.object({
	status: z.literal("sent"),
	transaction: z.string().describe("mined and confirmed by the local chain"),
});
const unsent = z.object({ status: z.literal("unsigned"), unsigned });
/** What became of a write: on a local chain a demo account's was sent, all others are for a wallet. */
export const written = z.union([sent, unsent]);
export const submitted = z.union([sent.extend({ job: z.int() }), unsent]);

export const balances = z.object({
	address,
	balance: wei.describe("what the account holds"),
	withdrawable: wei.describe("ether that the contracts owe it"),
	locked: wei.describe("ether rewards of its jobs that have not ended"),
});
export const coordinated = z.object({ running: z.boolean(), acted: z.boolean().optional() });
export const stats = z.object({
	workers: z.record(z.string(), z.int()).describe("by status"),
	jobs: z.record(z.string(), z.int()).describe("by status"),
	slots: z.int().describe("in the list"),
	stake: wei,
	clients: z.int(),
	rewardsPaid: wei.describe("of verified jobs, in ether"),
	coordination: z.object({ running: z.boolean() }).nullable().describe("null: not on this chain"),
});
export const clients = z.object({
	items: z.array(z.object({ address, jobs: z.int(), verified: z.int() })),
});
