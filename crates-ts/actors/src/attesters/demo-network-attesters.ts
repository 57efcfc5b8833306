import { attestationsAbi } from "@umpire/abi/attestations.ts";
import { operatorsAbi } from "@umpire/abi/operators.ts";
import { chainTime } from "@umpire/chain/time.ts";
import type { Hex } from "@umpire/commitment/constants.ts";
import { CLAIM_STATUS } from "@umpire/game/state.ts";
import { ATTESTER_PRESETS, type AttesterParameters } from "@umpire/markets/attester-parameters.ts";
import { nextAttesterTime } from "@umpire/markets/attester-steps.ts";
import type { Program } from "@umpire/operators/program.ts";
import { commitProgram } from "@umpire/operators/program-commitment.ts";
import type { Role } from "@umpire/store/accounts.ts";
import { parseEther, parseEventLogs } from "viem";
import type { Actor } from "../actor.ts";
import { etherPaid, roleOf } from "../ether-paid.ts";
import { ALL } from "../grid/claimant.ts";
import { gameTimes } from "../jobs/demo-network.ts";
import { demoJobs } from "../jobs/demo-programs.ts";
import { registerProgram } from "../register.ts";
import { postRequest } from "../requester.ts";
import { openStage, type Stage } from "../stage.ts";
import { submitter } from "../submitter.ts";
import { verifier } from "../verifier.ts";
import { Aggregator } from "./aggregator.ts";
import { askCover } from "./ask-cover.ts";
import { Attester } from "./attester.ts";
import { type AttesterContracts, deployAttesters, openAttesters } from "./attester-contracts.ts";
import { AttesterReader } from "./read-attesters.ts";

const ATTESTERS = ["attester", "second-attester", "third-attester", "fourth-attester"] as const;
const HONEST = "fourth-attester";
const STAKE = parseEther("2");
const COVER = parseEther("2");
const LATER_COVER = parseEther("0.5");
const PREMIUM = parseEther("0.01");
/** More waits than all epochs, periods and turns are. */
const MOST_WAITS = 200;
const PARAMETERS: AttesterParameters = {
	...ATTESTER_PRESETS.test,
	epochSeconds: 3600,
	accusationSeconds: 7200,
	claimSeconds: 3600,
};

export interface AttesterDemonstration {
	/** roles that were slashed */
	readonly slashed: readonly string[];
	/** claims that were softly final, and those of them that were revoked */
	readonly soft: number;
	readonly revoked: number;
	/** what each role won or lost by operators and attestations, in wei, gas and bonds of claims apart */
	readonly paid: Readonly<Record<string, bigint>>;
	readonly burned: bigint;
	readonly seconds: number;
}

/**
 * Plays four attesters on a chain in this process. Three of them sign whatever is claimed: a false output is softly final,
 * then contradicted, they are slashed, and the consumer that relied on it is paid. The fourth signs what it has computed,
 * accuses, and earns the premium of the next answer with its witness.
 *
 * @param say takes the story, line by line
 */
export async function demonstrateAttesters(say: (line: string) => void): Promise<AttesterDemonstration> {
	const started = performance.now();
	const stage = await openStage();
	try {
		const { contracts, aggregator, attestersOf } = await playDemoAttesters(stage, say);
		say("8. All leave, and take what is theirs.");
		const leaving = await attestersOf("leave");
		await playLeaving(stage, [...leaving, aggregator], leaving);
		const found = await outcomeOf(stage, contracts);
		return { ...found, seconds: (performance.now() - started) / 1000 };
	} finally {
		await stage.close();
	}
}

/** A false answer that was softly final and contradicted, and a right one, on a stage; the attesters stay. */
export async function playDemoAttesters(stage: Stage, say: (line: string) => void) {
	const as = (who: string) => (line: string) => say(`     ${who}: ${line}`);
	say("5. Four attesters register, each with a key and a stake.");
	const client = await stage.world("requester");
	await deployAttesters(await stage.world("deployer"), PARAMETERS);
	const contracts = await openAttesters(client);
	const attestersOf = async (aim: "stay" | "leave") => {
		const made: Attester[] = [];
		for (const [i, role] of ATTESTERS.entries()) {
			const careless = role === HONEST ? {} : { careless: true };
			const options = { stake: STAKE, aim, progress: as(`attester ${i + 1}`), ...careless };
			made.push(new Attester(await stage.world(role), contracts, options));
		}
		return made;
	};
	const attesters = await attestersOf("stay");
	await stage.settle(attesters);
	await stage.wait(2 * PARAMETERS.epochSeconds);
	const aggregator = new Aggregator(await stage.world("deployer"), contracts, {
		attesters: ATTESTERS,
		margin: 0,
		progress: as("aggregator"),
		ask: (role) => attesters[ATTESTERS.indexOf(role as (typeof ATTESTERS)[number])].votes(),
	});

	say("6. A claim states a wrong number. Three attesters sign it unseen, and a client relies on it.");
	const { program, inputs } = (await demoJobs(7)).find(({ kind }) => kind === "inference")!;
	const commitment = await commitProgram(program);
	const { number, root } = await registerProgram(client, program, commitment);
	const loaded = { number, root, program, commitment };
	const ask = async (value: bigint) => {
		const { request } = await postRequest(client, loaded, inputs, { fee: "0.05", within: 1_000_000 });
		await askCover(client, contracts, request, { value, premium: PREMIUM });
		return request;
	};
	const first = await ask(COVER);
	const serving = async (role: Role, only: number, defect?: string) =>
		submitter(await stage.world(role), root, {
			leastFee: "0",
			mostBonds: ALL,
			defect,
			serves: (request) => request === only,
			progress: as(defect === undefined ? "submitter" : "lying submitter"),
		});
	const liar = await serving("submitter", first, lastNumber(program));
	const everybody: Actor[] = [...attesters, aggregator];
	// Nobody challenges before it is softly final: it is what the client relied on.
	await stage.settle([liar, ...everybody]);
	const guard = await verifier(await stage.world("verifier"), root, {
		compare: "output",
		progress: as("verifier"),
	});
	await play(stage, contracts, [liar, guard, ...everybody]);

	say("7. The next answer is right; what the fourth attester shows of its computing earns it the premium.");
	await stage.wait(2 * PARAMETERS.epochSeconds);
	const second = await ask(LATER_COVER);
	const honest = await serving("second-submitter", second);
	await play(stage, contracts, [honest, guard, ...everybody]);
	return { contracts, aggregator, attestersOf };
}

const lastNumber = ({ steps, outputs }: Program): string => `${steps - 1}/${outputs[0].operator}:0`;

/** Lets all act, and time pass where nobody has anything to do, until nothing is open. */
async function play(stage: Stage, contracts: AttesterContracts, actors: readonly Actor[]): Promise<void> {
	const view = await stage.world("requester");
	const reader = new AttesterReader(view, contracts, view.signer.account.address);
	for (let waits = 0; waits < MOST_WAITS; waits++) {
		await stage.settle(actors);
		await view.feed.poll();
		const now = Number(await chainTime(stage.connection));
		const { seen } = await reader.look(now);
		const live = seen.claims.filter(({ status }) => status === CLAIM_STATUS.live).map(({ id }) => id);
		const times = [nextAttesterTime(seen, now), ...(await gameTimes(stage, live))];
		const next = Math.min(...times.filter((time) => time !== undefined && time > now).map(Number));
		if (!Number.isFinite(next)) return;
		await stage.wait(next - now);
	}
	throw new Error("The attestations did not come to an end.");
}

async function playLeaving(
	stage: Stage,
	actors: readonly Actor[],
	leaving: readonly Attester[],
): Promise<void> {
	for (let waits = 0; waits < MOST_WAITS; waits++) {
		await stage.settle(actors);
		if ((await Promise.all(leaving.map((one) => one.hasLeft()))).every((left) => left)) return;
		await stage.wait(PARAMETERS.epochSeconds);
	}
	throw new Error("The attesters did not leave.");
}

/** Who was slashed, and what everybody sent and was credited, by the chain itself. */
async function outcomeOf(
	stage: Stage,
	{ operators, attestations }: AttesterContracts,
): Promise<Omit<AttesterDemonstration, "seconds">> {
	const { paid, burned } = await etherPaid(stage, [operators.address, attestations.address], undefined);
	const { reader } = stage.connection;
	const logsOf = (address: Hex) => reader.getLogs({ address, fromBlock: 0n });
	const slashes = parseEventLogs({
		abi: operatorsAbi,
		logs: await logsOf(operators.address),
		eventName: "OperatorSlashed",
	});
	const records = parseEventLogs({ abi: attestationsAbi, logs: await logsOf(attestations.address) });
	const count = (name: string) => records.filter(({ eventName }) => eventName === name).length;
	return {
		slashed: slashes.map(({ args }) => roleOf(args.account) ?? args.account),
		soft: count("SoftlyFinal"),
		revoked: count("RecordConvicted"),
		paid,
		burned,
	};
}
