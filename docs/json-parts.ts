import { z } from "zod";

// What several commands print with --json, or what is long. `own` objects have no other fields; those of reports that
// grow may have more.
export const own = z.strictObject;
export const growing = z.looseObject;

const integer = z.string().regex(/^-?\d+$/);
export const units = integer.describe("smallest units of the token");
export const wei = z
	.string()
	.regex(/^-?\d+$/)
	.describe("wei");
export const address = z
	.string()
	.regex(/^0x[0-9a-fA-F]{40}$/)
	.describe("address");
export const root = z
	.string()
	.regex(/^0x[0-9a-f]{64}$/)
	.describe("root");
export const hash = z
	.string()
	.regex(/^0x[0-9a-f]{64}$/)
	.describe("transaction");
export const count = z.int().min(0);
export const seconds = z.number().describe("seconds");
export const time = count.describe("seconds since 1970");
export const shape = z.array(count);

// JSON has no infinity.
export const error = z.number().nullable();
export const element = growing({
	position: shape,
	expected: error,
	found: error,
	absolute: error,
	relative: error,
});
export const judgement = {
	maxAbs: error.describe("largest error"),
	meanAbs: error,
	maxRelRange: error.describe(
		"largest error as a share of the output's range, or of the range of what it is joined of",
	),
	byParts: z.boolean().optional().describe("whether it is joined of parts of unlike size, judged one by one"),
	meanOfPart: error.optional().describe("then the largest mean error of a part, as such a share"),
	maxRelative: error.describe("largest error of an element as a share of itself; null if it is infinite"),
	isProbability: z.boolean(),
	rows: growing({ isClasses: z.boolean(), why: z.string() }).describe(
		"whether its rows are scores of classes, of which the largest has to stay, and how that is known",
	),
	labelled: growing({ rows: count, expected: count, found: count })
		.optional()
		.describe("labelled rows, and how many are right in the float model and in the program"),
	worst: element.optional().describe("the element of the largest error"),
	worstRelative: element.optional(),
};
const comparison = growing({
	maxAbs: error.describe("largest error of all outputs"),
	meanAbs: error,
	maxRelRange: error,
	argmaxAgrees: z.boolean(),
	outputs: z.array(growing({ output: z.string(), ...judgement, argmaxAgrees: z.boolean() })),
});
export const calibration = own({
	sets: count.describe("sets of sample inputs"),
	synthetic: z.boolean(),
	ranges: z.string().describe("how ranges follow from them"),
});
export const beside = own({
	beacon: address.optional(),
	grid: address.optional(),
	workers: address.optional(),
	jobs: address.optional(),
	bounties: address.optional(),
	operators: address.optional(),
	attestations: address.optional(),
});
export const governance = own({ timelock: address, governance: address, directory: address });
export const keys = z
	.enum(["ceremony", "rehearsal", "development"])
	.describe("whose proving keys: of the last two anyone can forge proofs");
export const ceremony = own({
	fingerprint: z.string().regex(/^0x[0-9a-f]{64}$/),
	beacon: z.string().describe("as it was announced"),
});
export const side = growing({
	account: address,
	says: z.string(),
	number: z.string().nullable().describe("that it stands for"),
	denies: z.boolean().describe("whether it denies the number"),
	bond: z.string(),
	moves: count,
	seconds: seconds.describe("that its moves took"),
	gas: count,
	reserve: seconds.describe("left"),
	reserveOf: seconds,
});
export const storyMove = growing({ text: z.string(), seconds, gas: count, transaction: hash });
export const stored = own({
	store: z.string(),
	ok: z.boolean(),
	error: z.string().nullable().describe("what went wrong there"),
});
export const content = own({
	root,
	cid: z.string().describe("content identifier"),
	stores: z.array(stored),
	announced: z.boolean().describe("the chain says where it is"),
})
	.nullable()
	.describe("null without a store");
export const place = own({ step: count, operator: count, element: count });
export const finding = own({
	...place.shape,
	steps: count.describe("of the program"),
	kind: z.string(),
	node: z.string().describe("ONNX node"),
	opType: z.string().describe("ONNX operator"),
	shape,
	position: z.array(count).describe("of the element along each axis"),
	scale: z.number().describe("what the integer 1 stands for"),
	claimed: z.int(),
	right: z.int(),
});
export const proved = own({
	step: count,
	operator: count,
	element: count,
	part: count.nullable().describe("after which a sum is wrong; null if the element itself was proved"),
	claimed: z.int(),
	computed: z.int(),
	node: z.string().nullable().describe("ONNX node, if the program is in the home folder"),
	opType: z.string().nullable(),
});
export const moveGas = z.record(z.string(), own({ count, gas: count }));
export const paid = z.record(z.string(), wei).describe("what each role won or lost, gas apart");
export const learnt = own({
	validation: z.number().optional().describe("share of the rows that are right"),
	test: z.number().optional().describe("share of the rows that are right"),
});
export const trained = own({
	loss: z.number().describe("mean of the last tenth of the steps"),
	score: z.number().describe("likewise, share of a batch that is right"),
	validation: z.number().nullable().describe("share that is right, or the mean squared error"),
	test: z.number().nullable().describe("share that is right, or the mean squared error"),
});
export const byColumn = z.record(z.string(), z.number()).describe("by column");
export const parameters = own({
	challengePeriod: seconds,
	increment: seconds,
	reserve: seconds,
	provingAllowance: seconds,
	commitAllowance: seconds,
	computeAllowance: seconds,
	crowding: seconds,
	depth: count,
	window: count,
	burnPermille: count,
	submitterBond: wei,
	challengerBond: wei,
	demandBond: wei,
});
export const problem = own({
	id: z.string().describe("stays as long as the problem does"),
	text: z.string(),
});
export const network = { url: z.string(), chainId: count, pid: count, log: z.string().describe("file") };
export const checked = growing({
	ok: z.boolean(),
	model: z.string(),
	seed: count,
	operators: count,
	steps: count,
	kinds: z.array(z.string()),
	parameters: count,
	leaves: count,
	claims: z.string().describe("what claims carry"),
	exact: z.boolean(),
	fidelity: comparison.describe("program against float model"),
	float64: growing({ fidelity: comparison, float32: comparison })
		.optional()
		.describe("program against the float model in float64, and how far float32 is from that"),
	expected: comparison.optional().describe("program against --expect"),
	settled: own({ sampled: count, agreed: count }),
	ms: growing({ float: z.number(), exact: z.number(), commit: z.number(), prove: z.number() }),
	missed: z
		.string()
		.optional()
		.describe(
			"why compile and register refuse the model for its calibration inputs, whatever this input gives",
		),
	error: z.string().optional().describe("why it is not ok"),
});

export const grid = own({
	id: count,
	client: address,
	status: z.int().min(0).max(3).describe("0 none, 1 filling, 2 open, 3 closed"),
	token: address.describe("address, 0 for ether"),
	bounty: units,
	stake: wei,
	share: units.describe("smallest units of the token, for each accepted point"),
	startedAt: time,
	roundSeconds: seconds,
	points: z.array(
		own({
			program: root,
			inputsRoot: root,
			worker: address.describe("address, 0 for none"),
			request: count.describe("of the reservation, 0 for none"),
			until: time.describe("seconds since 1970, the reservation's last"),
			status: z.int().min(0).max(3).describe("0 free, 1 reserved, 2 claimed, 3 accepted"),
			claim: own({ id: count, status: z.int().min(0).max(3).describe("1 live, 2 final, 3 rejected") })
				.optional()
				.describe("what the worker has claimed"),
			score: integer.describe("in the program's units, of an accepted point"),
		}),
	),
	accepted: count.describe("points"),
	best: count.describe("1 + the best accepted point, 0 for none"),
	rounds: z.array(
		own({
			joiners: z.array(address).describe("who waits"),
			value: z.enum(["pending", "ready", "known", "void"]).describe("the beacon's"),
		}),
	),
	grace: seconds,
});

export const job = own({
	id: count,
	client: address,
	status: z
		.int()
		.min(1)
		.max(7)
		.describe("1 pending, 2 offered, 3 assigned, 4 completed, 5 verified, 6 failed, 7 cancelled"),
	program: root,
	inputsRoot: root,
	token: address.describe("address, 0 for ether"),
	reward: units,
	exposure: wei.describe("stake that a false claim costs"),
	round: count.describe("that it waits in; 0 if it waits in none"),
	workSeconds: count.describe("seconds from acceptance to the end of an attempt"),
	until: time.describe("seconds since 1970, the last of the offer or of the attempt"),
	worker: address.describe("address, 0 for none"),
	request: count.describe("of the latest attempt, 0 for none"),
	claim: own({ id: count, status: z.int().min(0).max(3).describe("1 live, 2 final, 3 rejected") })
		.optional()
		.describe("on that request"),
});

export const bounty = own({
	id: count,
	owner: address,
	status: z.int().min(1).max(3).describe("1 open, 2 ending, 3 ended"),
	isRunning: z.boolean().describe("a round runs"),
	program: root,
	baseline: root.describe("root of the best weights so far"),
	token: address.describe("address, 0 for ether"),
	pool: units,
	rate: units.describe("smallest units of the token, for each unit of gain"),
	minGain: count.describe("units that a candidate must be better by"),
	deposit: wei,
	scoreFee: wei.describe("of a deposit, for whoever scores the candidate"),
	grace: seconds,
	round: own({
		number: count,
		commitUntil: time,
		revealUntil: time,
		scoreFrom: time,
		scoreUntil: time.describe("seconds since 1970, 0 as long as scoring has not begun"),
		open: count.describe("candidates that are neither scored nor out"),
		best: count.describe("a candidate, 0 for none"),
		value: z.enum(["pending", "ready", "known", "void"]).describe("the beacon's"),
	})
		.optional()
		.describe("the one that runs, or the last"),
	candidates: z.array(
		own({
			id: count,
			round: count,
			contributor: address,
			commitment: root,
			status: z
				.int()
				.min(1)
				.max(6)
				.describe("1 committed, 2 revealed, 3 asked, 4 open to all, 5 scored, 6 out"),
			request: count.describe("for its score, 0 for none"),
			until: time.describe("seconds since 1970, the last for a claim"),
			leaves: count.describe("of its weights, that are shown"),
			weightsRoot: root,
			gain: integer.describe("in the program's units, of a scored one"),
			claim: own({ id: count, status: z.int().min(0).max(3).describe("1 live, 2 final, 3 rejected") })
				.optional()
				.describe("the last on that request"),
			wrongLeaf: count.optional().describe("one whose words have another digest than was shown"),
		}),
	),
});
