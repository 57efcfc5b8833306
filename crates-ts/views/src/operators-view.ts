import type { AttestationItem, CoverItem, OperatorItem } from "@umpire/indexer/consumer-items.ts";
import { accountCell, type ListView, type Moment } from "./list-view.ts";
import type { Naming } from "./market-words.ts";
import { counted, ether, etherNumber, grouped } from "./text.ts";

/** What the index says of those who attest. */
export interface OperatorsFacts extends Moment {
	readonly operators: readonly OperatorItem[];
	readonly attestations: readonly AttestationItem[];
	readonly covers: readonly CoverItem[];
	readonly nameOf: Naming;
}

const STATES = { active: "Signs", leaving: "Leaving", slashed: "Slashed", gone: "Gone" } as const;
const RECORDS = {
	attested: "Waits for a final claim",
	confirmed: "Confirmed by a final claim",
	open: "Can be accused",
	convicted: "False: its signers were slashed",
	acquitted: "Accused and right",
} as const;

/** Operators with their stakes, and what they signed. */
export function operatorsView({ operators, attestations, covers, nameOf, ...at }: OperatorsFacts): ListView {
	const active = operators.filter(({ status }) => status === "active");
	const stake = active.reduce((sum, one) => sum + BigInt(one.stake), 0n);
	const slashed = operators.reduce((sum, one) => sum + BigInt(one.slashed), 0n);
	const soft = attestations.filter((one) => one.soft).length;
	return {
		...at,
		headline:
			operators.length === 0
				? "Nobody attests here yet"
				: `${counted(active.length, "operator signs", "operators sign")} with ${ether(stake)} at stake`,
		lead: "Operators recompute answers and sign them. When more than two thirds of the stake has signed, an answer is softly final; whoever signed what a final claim contradicts loses its stake.",
		figures: [
			{ label: "Operators", value: `${active.length} of ${operators.length}`, note: "active" },
			{ label: "Stake", value: ether(stake), note: "that can be slashed" },
			{ label: "Records", value: grouped(attestations.length), note: `${grouped(soft)} softly final` },
			{ label: "Slashed", value: ether(slashed), note: "ever" },
			{
				label: "Cover asked",
				value: grouped(covers.length),
				note: `${covers.filter((one) => one.status === "bound").length} bound`,
			},
		],
		tables: [
			{
				title: "Operators",
				about: null,
				columns: [
					{ name: "Operator" },
					{ name: "Account" },
					{ name: "State" },
					{ name: "Since epoch", isRight: true, isWide: true },
					{ name: "Signed", isRight: true },
					{ name: "Slashed, ETH", isRight: true, isWide: true },
					{ name: "Stake, ETH", isRight: true },
				],
				rows: operators.map((one) => [
					{ text: grouped(one.operator) },
					accountCell(one.account),
					{
						text: STATES[one.status],
						tone: one.status === "slashed" ? ("wrong" as const) : ("plain" as const),
					},
					{ text: grouped(one.firstEpoch) },
					{ text: grouped(attestations.filter(({ signers }) => signers.includes(one.operator)).length) },
					{ text: one.slashed === "0" ? "\u2013" : etherNumber(one.slashed) },
					{ text: etherNumber(one.stake) },
				]),
				empty: "Whoever runs umpire attest is one; umpire demo-network plays it on a private chain.",
			},
			{
				title: "Attestations",
				about: "A statement is a program, inputs and an output.",
				columns: [
					{ name: "Record" },
					{ name: "Program" },
					{ name: "How it stands" },
					{ name: "Signers", isRight: true },
					{ name: "Stake that signed", isRight: true },
					{ name: "Claim", isRight: true },
				],
				rows: attestations.map((one) => [
					{ text: grouped(one.record) },
					{ text: nameOf(one.program).name },
					{
						text: RECORDS[one.status],
						tone: one.status === "convicted" ? ("wrong" as const) : ("plain" as const),
						...(one.soft ? { note: "softly final" } : {}),
						until: one.until,
					},
					{ text: grouped(one.signers.length) },
					{ text: `${share(one.weight, one.stake)} %` },
					{ text: grouped(one.claim), href: `/claims/${one.claim}` },
				]),
				empty: "Nothing has been signed yet.",
			},
		],
		command: "umpire operators",
	};
}

const share = (part: string, whole: string): string =>
	whole === "0" ? "0" : String(Number((1000n * BigInt(part)) / BigInt(whole)) / 10);
