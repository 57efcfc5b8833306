import type { Parameters } from "@umpire/game/state.ts";
import { hashCell, type ListView, type Moment } from "./list-view.ts";
import { amountText } from "./market-words.ts";
import { counted, grouped, wordsOf } from "./text.ts";

/** Where everything is, and by which keys proofs are checked. */
export interface DeploymentFacts extends Moment {
	readonly contracts: readonly {
		readonly role: string;
		readonly address: string;
		readonly codeHash: string | null;
	}[];
	readonly parameters: Parameters;
	readonly keys: readonly {
		readonly circuit: string;
		readonly signals: number;
		/** SHA-256 of the verification key. */
		readonly hash: string;
		readonly verifier: string;
		/** Whether the verifier's code on the chain has this key's points. */
		readonly isDeployed: boolean;
	}[];
	readonly isDevelopment: boolean;
	/** From which on there are events. */
	readonly firstBlock: number;
}

const ROLES: Readonly<Record<string, string>> = {
	registry: "lists programs",
	market: "holds requests, claims and their money",
	court: "judges claims",
	arbiter: "decides what a number is from one proof",
	"dot verifier": "checks proofs of sums of products",
	"elements verifier": "checks proofs of single numbers",
	workers: "stakes and reputations of workers",
	jobs: "draws workers for jobs and pays them",
	grid: "deals points of grid searches",
	bounties: "pays for better models",
	operators: "stakes and keys of those who attest",
	attestations: "what operators signed",
	jobBeacon: "the value that draws workers",
	gridBeacon: "the value that deals points",
	bountyBeacon: "the value that draws test data",
};

/** What a parameter decides, in a line. */
const MEANINGS: Readonly<Record<string, string>> = {
	depth: "levels of a tree that one answer opens: 2 to this power hashes",
	window: "levels that are opened at once where few are left",
	burnPermille: "of a lost bond, so that challenging oneself costs something",
	challengePeriod: "for which an answer can be challenged",
	increment: "that a side has for each move",
	reserve: "that a side has beside, for all its moves",
	provingAllowance: "that a proof may take longer than other moves",
	commitAllowance: "in which a challenged submitter commits to every number on the way",
	computeAllowance: "in which an answer can still be challenged after demanded inputs were shown",
	crowding: "more for each other dispute about the same answer",
	submitterBond: "that whoever answers locks",
	challengerBond: "that whoever challenges locks",
	demandBond: "that whoever demands an input locks",
};

/** Of parameters that are no seconds. */
const UNITS: Readonly<Record<string, string>> = { depth: "", window: "", burnPermille: " \u2030" };

/** The deployment: addresses, parameters, verification keys. */
export function deploymentView(facts: DeploymentFacts): ListView {
	const { contracts, parameters, keys, isDevelopment, chainId, block, time, firstBlock } = facts;
	const wrong = keys.filter(({ isDeployed }) => !isDeployed);
	return {
		chainId,
		block,
		time,
		headline: `${counted(contracts.length, "contract")} on chain ${chainId}`,
		lead: isDevelopment
			? "Development keys: anyone can forge proofs with them, so nothing here is worth anything."
			: wrong.length > 0
				? "A verifier on this chain has another key than this server knows. Do not rely on what this server says of proofs."
				: "No contract can be changed, and none has an owner. What decides is below: code, parameters, keys.",
		figures: [],
		tables: [
			{
				title: "Contracts",
				about: `Events are read from block ${grouped(firstBlock)} on.`,
				columns: [
					{ name: "Contract" },
					{ name: "What it does", isWide: true },
					{ name: "Address" },
					{ name: "keccak256 of its code", isWide: true },
				],
				rows: contracts.map(({ role, address, codeHash }) => [
					{ text: wordsOf(role) },
					{ text: ROLES[role] ?? "" },
					{ text: address, isHash: true },
					hashCell(codeHash),
				]),
				empty: "Nothing is deployed.",
			},
			{
				title: "Verification keys",
				about: isDevelopment
					? "Made from a published beacon, or in a rehearsal: for local chains and test networks only."
					: "From the ceremony. umpire ceremony verify checks its transcript.",
				columns: [
					{ name: "Circuit" },
					{ name: "Public signals", isRight: true },
					{ name: "SHA-256 of the key" },
					{ name: "Verifier", isWide: true },
					{ name: "In the verifier\u2019s code" },
				],
				rows: keys.map((one) => [
					{ text: one.circuit },
					{ text: grouped(one.signals) },
					{ text: one.hash, isHash: true },
					{ text: one.verifier, isHash: true },
					one.isDeployed
						? { text: "Yes, every point", tone: "plain" as const }
						: { text: "No", tone: "wrong" as const },
				]),
				empty: "No key is here.",
			},
			{
				title: "Parameters",
				about: "Fixed when the market was deployed. Times in seconds.",
				columns: [{ name: "Parameter" }, { name: "What it says" }, { name: "Value", isRight: true }],
				rows: Object.entries(parameters).map(([name, value]) => [
					{ text: wordsOf(name) },
					{ text: MEANINGS[name] ?? "" },
					{
						text:
							typeof value === "bigint" ? amountText(value, null) : `${grouped(value)}${UNITS[name] ?? " s"}`,
					},
				]),
				empty: "None.",
			},
		],
		command: "umpire status",
	};
}
