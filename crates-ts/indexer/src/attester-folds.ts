import type { attestationsAbi } from "@umpire/abi/attestations.ts";
import type { operatorsAbi } from "@umpire/abi/operators.ts";
import { type Folding, type Folds, orNull } from "./folding.ts";
import { credited, withdrawn } from "./ledger-folds.ts";

export const operatorsFolds: Folds<typeof operatorsAbi> = {
	async OperatorRegistered({ operator, account, stake, firstEpoch, key }, on) {
		await on.put("operator", {
			operator: Number(operator),
			account,
			status: "active",
			stake: String(stake),
			firstEpoch: Number(firstEpoch),
			lastEpoch: null,
			exitFrom: null,
			key: key.map(String),
			slashed: "0",
		});
	},
	async OperatorLeft({ operator, lastEpoch, exitFrom }, on) {
		await on.change("operator", operator, ({ status }) => ({
			status: status === "slashed" ? status : "leaving",
			lastEpoch: Number(lastEpoch),
			exitFrom: Number(exitFrom),
		}));
	},
	async OperatorSlashed({ operator, stake }, on) {
		await on.change("operator", operator, ({ slashed }) => ({
			status: "slashed",
			stake: "0",
			slashed: String(BigInt(slashed) + stake),
		}));
	},
	async OperatorGone({ operator }, on) {
		await on.change("operator", operator, () => ({ status: "gone", stake: "0" }));
	},
	Credited: ({ token, account, amount }, on) => credited(on, account, orNull(token), amount),
	Withdrawn: ({ token, ...args }, on) => withdrawn(on, { ...args, token: orNull(token) }),
};

export const attestationsFolds: Folds<typeof attestationsAbi> = {
	/** Told again whenever others sign, too. */
	async Attested({ record, claim, epoch, signers, weight, stake }, on) {
		const id = Number(record);
		const made = await on.get("attestation", id);
		const claimed = await on.get("claim", claim);
		if (claimed === undefined) return;
		const asked = await on.get("request", claimed.request);
		await on.put("attestation", {
			record: id,
			claim: Number(claim),
			request: claimed.request,
			program: claimed.program,
			inputsRoot: asked?.inputsRoot ?? NOTHING,
			outputRoot: claimed.outputRoot,
			epoch: Number(epoch),
			signers: membersOf(signers),
			weight: String(weight),
			stake: String(stake),
			soft: made?.soft ?? false,
			status: made?.status ?? "attested",
			until: made?.until ?? null,
			accusations: made?.accusations ?? 0,
			slashed: null,
			covered: null,
		});
	},
	async SoftlyFinal({ record }, on) {
		await on.change("attestation", record, () => ({ soft: true }));
	},
	async RecordConfirmed({ record }, on) {
		await on.change("attestation", record, () => ({ status: "confirmed", until: null }));
	},
	async RecordOpen({ record, until }, on) {
		await on.change("attestation", record, () => ({ status: "open", until: Number(until) }));
	},
	async RecordAcquitted({ record }, on) {
		await on.change("attestation", record, () => ({ status: "acquitted", until: null }));
	},
	async RecordConvicted({ record, slashed, covered }, on) {
		await on.change("attestation", record, () => ({
			status: "convicted",
			until: null,
			slashed: String(slashed),
			covered: String(covered),
		}));
	},
	async Accused({ accusation, record, accuser, request, until }, on) {
		await on.change("attestation", record, ({ accusations }) => ({ accusations: accusations + 1 }));
		await on.put("accusation", {
			accusation: Number(accusation),
			record: Number(record),
			accuser,
			request: Number(request),
			until: Number(until),
			status: "open",
		});
	},
	async AccusationEnded({ accusation, bondReturned }, on) {
		await on.change("accusation", accusation, () => ({
			status: bondReturned ? "bond returned" : "bond lost",
		}));
	},
	async CoverAsked({ request, requester, value, premium }, on) {
		await on.put("cover", {
			request: Number(request),
			requester,
			value: String(value),
			premium: String(premium),
			record: null,
			status: "waiting",
		});
	},
	CoverWithdrawn: ({ request }, on) => changeCover(on, request, "withdrawn", null),
	CoverBound: ({ request, record }, on) => changeCover(on, request, "bound", Number(record)),
	Credited: ({ token, account, amount }, on) => credited(on, account, orNull(token), amount),
	Withdrawn: ({ token, ...args }, on) => withdrawn(on, { ...args, token: orNull(token) }),
};

const NOTHING = `0x${"00".repeat(32)}`;

async function changeCover(
	on: Folding,
	request: bigint,
	status: "withdrawn" | "bound",
	record: number | null,
): Promise<void> {
	await on.change("cover", request, () => ({ status, record }));
}

/** The numbers that a set of bits holds. */
function membersOf(bits: bigint): number[] {
	const members: number[] = [];
	for (let number = 0; bits >> BigInt(number) > 0n; number++) {
		if (((bits >> BigInt(number)) & 1n) === 1n) members.push(number);
	}
	return members;
}
