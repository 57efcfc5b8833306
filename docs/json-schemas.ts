import { z } from "zod";

// What commands print with --json (docs/json.md is made from this). A field is added, but neither renamed nor given
// another meaning. `own` objects have no other fields; those of reports that grow may have more.
const own = z.strictObject;
const growing = z.looseObject;

const integer = z.string().regex(/^-?\d+$/);
const units = integer.describe("smallest units of the token");
const wei = z
	.string()
	.regex(/^-?\d+$/)
	.describe("wei");
const address = z
	.string()
	.regex(/^0x[0-9a-fA-F]{40}$/)
	.describe("address");
const root = z
	.string()
	.regex(/^0x[0-9a-f]{64}$/)
	.describe("root");
const hash = z
	.string()
	.regex(/^0x[0-9a-f]{64}$/)
	.describe("transaction");
const count = z.int().min(0);
const seconds = z.number().describe("seconds");
const time = count.describe("seconds since 1970");
const shape = z.array(count);

// JSON has no infinity.
const error = z.number().nullable();
const element = growing({ position: shape, expected: error, found: error, absolute: error, relative: error });
const judgement = {
	maxAbs: error.describe("largest error"),
	meanAbs: error,
	maxRelRange: error.describe("largest error as a share of the output's range"),
	maxRelative: error.describe("largest error of an element as a share of itself; null if it is infinite"),
	isProbability: z.boolean(),
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
const calibration = own({
	sets: count.describe("sets of sample inputs"),
	synthetic: z.boolean(),
	ranges: z.string().describe("how ranges follow from them"),
});
const beside = own({
	beacon: address.optional(),
	grid: address.optional(),
	workers: address.optional(),
	jobs: address.optional(),
	bounties: address.optional(),
	operators: address.optional(),
	attestations: address.optional(),
});
const governance = own({ timelock: address, governance: address, directory: address });
const ceremony = own({
	fingerprint: z.string().regex(/^0x[0-9a-f]{64}$/),
	beacon: z.string().describe("as it was announced"),
});
const side = growing({
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
const storyMove = growing({ text: z.string(), seconds, gas: count, transaction: hash });
const stored = own({
	store: z.string(),
	ok: z.boolean(),
	error: z.string().nullable().describe("what went wrong there"),
});
const content = own({
	root,
	cid: z.string().describe("content identifier"),
	stores: z.array(stored),
	announced: z.boolean().describe("the chain says where it is"),
})
	.nullable()
	.describe("null without a store");
const place = own({ step: count, operator: count, element: count });
const finding = own({
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
const proved = own({
	step: count,
	operator: count,
	element: count,
	part: count.nullable().describe("after which a sum is wrong; null if the element itself was proved"),
	claimed: z.int(),
	computed: z.int(),
	node: z.string().nullable().describe("ONNX node, if the program is in the home folder"),
	opType: z.string().nullable(),
});
const moveGas = z.record(z.string(), own({ count, gas: count }));
const paid = z.record(z.string(), wei).describe("what each role won or lost, gas apart");
const learnt = own({
	validation: z.number().optional().describe("share of the rows that are right"),
	test: z.number().optional().describe("share of the rows that are right"),
});
const trained = own({
	loss: z.number().describe("mean of the last tenth of the steps"),
	score: z.number().describe("likewise, share of a batch that is right"),
	validation: z.number().nullable().describe("share that is right, or the mean squared error"),
	test: z.number().nullable().describe("share that is right, or the mean squared error"),
});
const byColumn = z.record(z.string(), z.number()).describe("by column");
const parameters = own({
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
const problem = own({ id: z.string().describe("stays as long as the problem does"), text: z.string() });
const network = { url: z.string(), chainId: count, pid: count, log: z.string().describe("file") };
const checked = growing({
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
	error: z.string().optional().describe("why it is not ok"),
});

const grid = own({
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

const job = own({
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

const bounty = own({
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

/** What is printed instead when a command fails. */
export const FAILURE = own({
	ok: z.literal(false),
	model: z.string().optional(),
	error: z.string().describe("the message, on one line"),
	code: z.string().describe("see errors.md; DEFECT for a defect of Umpire"),
	found: z.string(),
	advice: z.string().nullable().describe("what would help"),
	retryable: z.boolean(),
});

/** Attesters of the demonstration of the network. */
const attesterDemonstration = own({
	slashed: z.array(z.string()).describe("roles"),
	soft: count.describe("claims that were softly final"),
	revoked: count.describe("of those"),
	paid: z.record(z.string(), wei).describe("what each role won or lost by operators and attestations"),
	burned: wei,
	seconds: z.number(),
});

/** A line of `--log-format json`, and of what `submit`, `verify` and `grid work` print with `--json`. */
export const LOG_LINE = own({
	time: z.iso.datetime(),
	level: z.enum(["info", "warning", "error"]),
	message: z.string(),
	code: z.string().optional().describe("of an error"),
});

const CONFORMED = own({
	ok: z.boolean(),
	folder: z.string(),
	seed: count,
	passed: count,
	failed: count,
	refused: count.describe("as the list of refusals expects"),
	models: z.array(
		own({
			name: z.string(),
			verdict: z.enum(["passed", "failed", "refused"]),
			milliseconds: z.number(),
			check: checked.optional(),
			error: z.string().optional(),
		}),
	),
});
const OUTPUTS = z.array(
	own({
		name: z.string(),
		shape,
		scale: z.number(),
		integers: z.array(z.int()),
		values: z.array(z.number()).describe("integers times scale"),
	}),
);

/** What each command prints. */
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const contribution = z
	.string()
	.regex(/^[0-9a-f]{128}$/)
	.describe("BLAKE2b-512, as snarkjs prints it");
const CONTRIBUTED = own({
	number: count,
	name: z.string(),
	head: digest.describe("SHA-256 of the record"),
	contributions: z.array(own({ circuit: z.string(), contribution })),
	files: z.array(z.string()),
});

export const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
	compile: growing({
		file: z.string().optional().describe("left out if the budget is missed, and that is not accepted"),
		root,
		name: z.string(),
		steps: count,
		operators: z.array(
			growing({
				index: count,
				node: z.string(),
				opType: z.string(),
				kind: z.string(),
				form: z.string(),
				shape,
				width: count,
				scale: z.number(),
			}),
		),
		kinds: z.array(z.string()),
		parameters: count,
		commitment: z.enum(["eager", "lazy", "segments"]).describe("what claims carry"),
		leaves: count.describe("of a trace"),
		inputs: z.array(growing({ name: z.string(), shape, width: count, scale: z.number() })),
		calibration,
		warnings: z.array(z.string()),
		certificates: z.array(
			growing({ operator: count, plan: z.string(), bound: z.number(), limit: z.number() }),
		),
		fidelity: z.array(
			growing({
				name: z.string(),
				...judgement,
				argmaxAgrees: z.number().describe("share of rows whose largest element is the same"),
			}),
		),
		budget: growing({
			budget: growing({
				measure: z.enum(["natural", "absolute", "relative", "mean", "points"]),
				most: z.number().describe("as a share, or in the output's units"),
			}),
			error: error.describe("by the budget's measure; null where the largest element of a row is another"),
			met: z.boolean(),
			refined: z.array(growing({ value: z.string(), bits: count })),
			rounds: count,
			limits: z.array(growing({ value: z.string(), loss: error, reason: z.string() })),
		}).optional(),
		widths: growing({
			cost: z.number().describe("the expected time, as a share of that of the 16-bit program"),
			most: z.number().describe("the largest error that the search allowed"),
			largest: z.number().describe("the largest error that it measured"),
			runs: count.describe("programs that were built and run"),
			units: z.array(
				growing({
					value: z.string(),
					option: z.string(),
					share: z.number().describe("of the expected time"),
					error: z.number().optional().describe("the root of the mean squared error of this alone"),
				}),
			),
		})
			.optional()
			.describe("with --fast, where bytes are within the budget"),
		missed: z.string().optional().describe("why the budget is missed"),
		worst: z.array(growing({ index: count, node: z.string() })).describe("operators that lose most"),
	}),
	run: own({
		program: root,
		inputsRoot: root,
		traceRoot: root,
		outputs: OUTPUTS,
	}),
	check: checked,
	conformance: CONFORMED,
	rehearse: own({
		ok: z.boolean(),
		error: z.string().optional(),
		model: z.string(),
		parameters: count,
		steps: count,
		seed: count,
		defect: place.nullable().describe("where the submitter lied"),
		attack: z.boolean(),
		verdict: z.enum(["final", "rejected"]),
		found: finding.nullable(),
		rounds: count,
		transactions: z.array(own({ move: z.string(), by: z.string().describe("role"), gas: count })),
		gas: own({ claim: count, dispute: count, total: count, byMove: moveGas }),
		seconds: z.record(z.string(), seconds),
		paid,
	}),
	demo: own({
		finding,
		rounds: count,
		provingSeconds: seconds,
		gas: moveGas,
		paid,
		digit: count,
		seconds,
	}),
	train: own({
		program: root.describe("root, of the training program"),
		inputsRoot: root,
		traceRoot: root.nullable().describe("what a claim carries, with --commit; null of a lazy program"),
		steps: count.describe("of training and of evaluation"),
		commitment: z.enum(["eager", "lazy", "segments"]).describe("what claims commit to"),
		segment: count.nullable().describe("steps of a segment"),
		leavesOfDispute: count.describe("that a dispute makes a submitter hash"),
		parameters: z.array(z.string()).describe("initializers that were trained"),
		operators: count,
		exact: trained.describe("of the program"),
		float: trained.describe("of the float training beside it"),
		oneStepError: z
			.number()
			.describe("largest error of what one step changes, out of the same state (root mean square, relative)"),
		saturated: z.array(
			own({
				operator: count,
				node: z.string(),
				elements: count.describe("that were clipped"),
				of: count.describe("elements that were looked at"),
			}),
		),
		files: own({
			trained: z.string().describe("float model"),
			inference: z.string().describe("its program"),
			step: z.string().describe("float model of one step"),
			training: z.string().describe("the training program"),
			inputs: z.string().describe("folder"),
			plot: z.string().optional(),
			points: z.string().optional().describe("points of a grid, with --grid"),
		}),
	}),
	fit: own({
		program: root,
		inputsRoot: root,
		steps: count,
		operators: count,
		rows: count,
		result: z.union([
			own({
				method: z.literal("linear"),
				target: z.string().describe("column"),
				coefficients: byColumn,
				intercept: z.number(),
				mse: z.number().describe("mean squared error"),
			}),
			own({
				method: z.literal("kmeans"),
				centres: z.array(byColumn),
				labels: z.array(count).describe("cluster of each row"),
				inertia: z.number().describe("sum of squared distances to the centres"),
			}),
			own({
				method: z.literal("pca"),
				components: z.array(byColumn),
				variances: z.array(z.number()),
				shares: z.array(z.number()).describe("of the variance"),
			}),
		]),
		files: own({
			program: z.string(),
			inputs: z.string().describe("folder"),
			table: z.string(),
			plot: z.string().optional(),
		}),
	}),
	"demo-training": own({
		finding,
		rounds: count,
		provingSeconds: seconds,
		gas: moveGas,
		paid,
		exact: learnt.describe("of the program"),
		float: learnt.describe("of the float training beside it"),
		hits: count.describe("rows of the validation part that are right, as the chain has it"),
		seconds,
	}),
	"demo-grid": own({
		lie: z.string(),
		points: z.array(
			own({
				steps: count,
				rate: count,
				worker: z.string().optional().describe("role"),
				error: z.int().describe("in the program's units"),
				best: z.boolean(),
			}),
		),
		paid: paid.describe("what each role won or lost by the grid contract, gas and bonds apart"),
		burned: wei,
		rejected: count.describe("claims of the third worker"),
		seconds,
	}),
	"demo-network": own({
		jobs: z.array(
			own({
				kind: z.string(),
				client: z.string().describe("role"),
				worker: z.string().optional().describe("role"),
				verified: z.boolean(),
				failed: count.describe("attempts before"),
			}),
		),
		paid: paid.describe("what each role won or lost by workers, jobs and beacon, gas and bonds apart"),
		tokens: paid.describe("the same in the token's smallest units"),
		burned: wei,
		left: wei.describe("fees of values that nobody has brought"),
		rejected: count.describe("claims"),
		bounty: own({
			baseline: count.describe("digits that the first weights tell right"),
			draws: count,
			candidates: z.array(
				own({
					contributor: z.string().describe("role"),
					passes: count.describe("over the data that it trained on"),
					score: count,
					gain: z.int(),
					isBest: z.boolean(),
				}),
			),
			reward: wei.describe("what the best was paid"),
			paid: paid.describe("what each role won or lost by the bounty and its beacon, gas and bonds apart"),
			burned: wei,
			left: wei.describe("fees of values that nobody has brought"),
		}),
		seconds,
		attesters: attesterDemonstration.optional(),
	}),
	"bounty deploy": own({ chainId: count, market: address, bounties: address, beacon: address, block: count }),
	"bounty open": own({ bounty: count, program: root, minGain: count, rate: units }),
	"bounty submit": LOG_LINE.describe("a line for each thing that it tells"),
	"bounty watch": LOG_LINE.describe("likewise"),
	"bounty reveal": bounty,
	"bounty draw": bounty,
	"bounty status": bounty,
	"bounty close": bounty,
	"bounty end": bounty,
	"grid deploy": own({ chainId: count, market: address, grid: address, beacon: address }),
	"grid open": own({ grid: count }),
	"grid work": LOG_LINE.describe("a line for each thing that it tells"),
	"grid status": grid,
	"grid close": grid,
	aggregate: LOG_LINE.describe("a line for each thing that it tells"),
	"attest join": LOG_LINE.describe("a line for each thing that it tells"),
	"attest leave": LOG_LINE.describe("the same, until its stake came back"),
	"operators cover": own({ request: count, value: wei, premium: wei }),
	"operators deploy": own({ chainId: count, market: address, operators: address, attestations: address }),
	"operators list": own({
		epoch: count,
		stake: wei.describe("what the epoch's set had as it began"),
		operators: z.array(
			own({
				number: count,
				account: address,
				status: z.enum(["none", "active", "leaving"]),
				stake: wei,
				slashed: z.boolean(),
				firstEpoch: count.describe("the first whose set it is in"),
				lastEpoch: count.describe("the last one; 4294967295 unless it is leaving"),
				signatures: count.describe("records that it has signed, of those that are looked at"),
			}),
		),
	}),
	"operators records": own({
		records: z.array(
			own({
				id: count,
				claim: count.describe("0 for a witness"),
				claimStatus: count,
				request: count,
				program: root,
				inputsRoot: root,
				outputRoot: root,
				epoch: count,
				status: z.enum(["none", "attested", "confirmed", "open", "convicted", "acquitted"]),
				softAt: count.describe("seconds since 1970; 0 if it is not softly final"),
				endedAt: count,
				accusations: count.describe("that are open"),
				closed: z.boolean(),
				signers: z.array(count).describe("numbers of operators"),
				weight: wei,
				premium: wei,
				shared: wei,
				bond: wei.describe("an accuser's"),
			}),
		),
	}),
	"work join": LOG_LINE.describe("a line for each thing that it tells"),
	"work leave": LOG_LINE.describe("the same, until its stake came back"),
	"work status": own({
		account: address,
		status: z.int().min(0).max(3).describe("0 none, 1 active, 2 leaving, 3 gone"),
		reputation: count.describe("0 to 100"),
		wanted: z.boolean().describe("in the list, when all changes are applied"),
		listed: count.describe("slots in the list"),
		queued: count.describe("changes that wait"),
		unresolved: count.describe("attempts"),
		stake: wei,
		exposure: wei.describe("what of the stake is bound"),
		exitFrom: time.describe("seconds since 1970, from when on its stake can come back, if it is leaving"),
	}),
	"job deploy": own({
		chainId: count,
		market: address,
		workers: address,
		jobs: address,
		beacon: address,
		token: address.nullable().describe("for tests, on local chains"),
	}),
	"job submit": own({ job: count }),
	"job status": job,
	"job cancel": job,
	"job result": own({
		job: count,
		request: count,
		worker: address,
		output: z.array(z.number()).nullable().describe("null unless it fits one leaf and the program is here"),
		outputRoot: root.nullable(),
	}),
	coordinate: LOG_LINE.describe("a line for each thing that it tells"),
	"network start": own(network),
	"network status": own({ running: z.boolean(), ...z.object(network).partial().shape }),
	"network stop": own({ stopped: z.boolean() }),
	deploy: own({
		chainId: count,
		block: z.string().regex(/^\d+$/).describe("from which on there are events"),
		registry: address,
		market: address,
		court: address,
		arbiter: address,
		dotVerifier: address,
		elementsVerifier: address,
		parameters,
		beside: beside.optional().describe("on a public chain: what was deployed beside the market"),
		governance: governance.nullable().optional(),
		ceremony: ceremony.nullable().optional().describe("null: development keys"),
	}),
	"deploy --plan": own({
		chainId: count,
		contracts: z.array(
			own({
				name: z.string(),
				address,
				deployed: z.boolean().describe("it is there already"),
				gas: count.describe("estimated, a little more than less"),
			}),
		),
		parameters,
		beside,
		governance: governance.nullable(),
		ceremony: ceremony.nullable().describe("null: development keys"),
		gasPrice: wei.describe("wei per gas, now"),
		highestGasPrice: wei.describe("wei per gas, of the newest hundred blocks"),
		coveredGasPrice: wei.describe("wei per gas up to which the bonds cover a dispute"),
		leastBonds: own({ submitterBond: wei, challengerBond: wei, demandBond: wei }).describe(
			"that would cover the highest price",
		),
		cost: wei.describe("of what is still to be deployed, at the present price"),
		refusals: z.array(own({ found: z.string(), advice: z.string() })).describe("why it would be refused"),
		warnings: z.array(z.string()),
	}),
	register: own({
		number: count,
		root,
		name: z.string(),
		file: z.string(),
		known: z.boolean().describe("registered before: nothing was sent"),
		calibration: calibration.nullable().describe("null for a program file"),
		warnings: z.array(z.string()),
		content,
	}),
	request: own({
		request: count,
		program: root,
		inputsRoot: root,
		status: z.enum(["open", "final", "refunded", "expired"]),
		output: z.array(z.number()).optional().describe("real values, if it is final and fits one leaf"),
		outputRoot: root.optional(),
		content,
	}),
	submit: LOG_LINE.describe("a line for each thing that it tells"),
	verify: LOG_LINE.describe("a line for each thing that it tells"),
	provide: LOG_LINE.describe("a line for each thing that it tells"),
	audit: own({
		request: count,
		chainId: count,
		market: address,
		block: own({ number: count, hash: root }).describe("as of which it holds"),
		program: own({ number: count, root, name: z.string(), cids: z.array(z.string()) }),
		inputs: own({ root, cids: z.array(z.string()) }),
		requester: address,
		status: z.enum(["open", "claimed", "final", "refunded", "expired"]),
		computed: own({ traceRoot: root, outputRoot: root, output: z.array(error) }).describe("here"),
		claims: z.array(
			own({
				claim: count,
				submitter: address,
				transaction: hash,
				block: count,
				traceRoot: root,
				outputRoot: root,
				right: z.boolean().describe("it states what was computed here"),
				status: z.enum(["live", "final", "rejected"]),
				because: z.string().nullable(),
				winner: address.nullable(),
				proof: own({
					transaction: hash,
					proofs: count,
					valid: z.boolean().nullable().describe("null where it was not checked"),
					why: z.string().nullable(),
				})
					.nullable()
					.describe("the settlement, judged again"),
				records: z.array(
					own({
						cid: z.string(),
						by: address,
						differences: z.array(z.string()).describe("what in it is false"),
					}),
				),
			}),
		),
		money: own({
			fee: wei,
			paid: z.array(own({ account: address, amount: wei, transaction: hash })),
			burned: wei,
			balanced: z.boolean(),
		}),
		events: z.array(own({ name: z.string(), block: count, time, transaction: hash })),
		findings: z.array(z.string()),
		ok: z.boolean(),
	}),
	status: own({
		chainId: count,
		rpc: z.array(z.string()).describe("hosts"),
		market: address,
		court: address,
		guardian: address.nullable().describe("who may keep new requests out for a while; null: nobody"),
		stoppedUntil: time.describe("requests are refused before; 0 if they never were"),
		programs: z.array(own({ number: count, root })),
		requests: z.array(own({ request: count, program: count, fee: wei, status: z.string() })),
		claims: z.array(
			own({
				claim: count,
				request: count,
				submitter: address,
				status: z.enum(["live", "final", "rejected"]),
				winner: address.nullable().describe("who was paid for its rejection"),
			}),
		),
		disputes: z.array(
			own({
				dispute: count,
				claim: count,
				challenger: address,
				phase: z.string(),
				turn: z.string().describe('"" if it is over'),
				winner: address.nullable(),
			}),
		),
		demands: z.array(
			own({ demand: count, claim: count, input: count, chunk: count, left: z.string().describe("time") }),
		),
		actors: z.array(
			z.union([
				own({
					role: z.literal("submitter"),
					account: address,
					bonds: wei.describe("wei, locked"),
					mostBonds: wei,
					leastFee: wei,
					leastFeeWithConsumer: wei,
				}),
				own({
					role: z.literal("verifier"),
					account: address,
					bonds: wei.describe("wei, locked"),
					demandInputs: count,
					demandInputsTotal: count,
				}),
			]),
		),
	}),
	result: own({
		request: count,
		program: root,
		programNumber: count,
		inputsRoot: root,
		requester: address,
		consumer: address.describe("address, 0 for none"),
		fee: wei,
		since: time,
		deadline: time,
		only: own({ submitter: address, until: time }).nullable().describe("whom alone it asks at present"),
		status: z.enum(["open", "claimed", "final", "refunded", "expired"]),
		claim: own({
			claim: count,
			submitter: address,
			since: time.describe("seconds since 1970, of its status"),
			finalFrom: time.nullable(),
			disputes: z.array(own({ dispute: count, turn: z.string(), until: time })),
		}).nullable(),
		rejected: z.array(
			own({
				claim: count,
				dispute: count.describe("0 if there was none"),
				winner: address,
				why: z.enum(["wrong number", "out of time", "inputs withheld", "unknown"]),
				proved: proved.nullable(),
				block: count,
				transaction: hash,
				because: z.string(),
			}),
		),
		output: z.array(z.number()).nullable().describe("real values, if the program is in the home folder"),
		outputRoot: root.nullable(),
		words: z.array(z.string()).nullable().describe("the leaf as the contract has it"),
	}),
	dispute: own({
		dispute: count,
		claim: count,
		request: count,
		program: root,
		challenger: address,
		submitter: address,
		phase: z.string(),
		clocks: own({
			turn: z.string(),
			secondsLeft: z.number(),
			submitterReserve: seconds,
			challengerReserve: seconds,
		}).nullable(),
		moves: z.array(
			own({
				move: z.string(),
				side: z.enum(["challenger", "submitter", "other"]),
				by: address,
				block: count,
				time,
				gas: count,
				transaction: hash,
			}),
		),
		end: z
			.enum(["wrong number", "submitter out of time", "challenger out of time", "decided elsewhere"])
			.nullable(),
		winner: address.nullable(),
		proved: proved.nullable(),
		gas: own({ submitter: count, challenger: count, other: count }),
		paid: z.array(own({ account: address, amount: wei })),
		burned: wei,
	}),
	story: growing({
		dispute: count,
		claim: count,
		request: count,
		program: growing({ root, number: count, name: z.string().nullable(), operators: count, steps: count }),
		inputsRoot: root,
		traceRoot: root,
		chainId: count,
		court: address,
		block: count.describe("that this is the state of"),
		time,
		isOpen: z.boolean(),
		headline: z.string().describe("the verdict, or the open question"),
		lead: z.string(),
		status: own({ text: z.string(), tone: z.string().describe("whose it is") }),
		moment: z.string(),
		submitter: side,
		challenger: side,
		turn: growing({
			side: z.string(),
			until: time,
			now: time,
			task: z.string(),
			otherwise: z.string(),
		}).nullable(),
		computedHere: z.string().nullable().describe("the number, if program and inputs are here"),
		clockRule: z.string(),
		ladder: z
			.array(
				growing({
					question: z.string(),
					left: z.string().describe("how much is in dispute"),
					answer: storyMove.nullable(),
					strip: growing({}).nullable().describe("what was published, to be drawn"),
					reply: storyMove.nullable(),
					waits: z.string().nullable().describe("who is to move"),
				}),
			)
			.describe("the search, round by round"),
		place: growing({
			step: count,
			operator: count,
			operatorName: z.string(),
			node: z.string(),
			kind: z.string(),
			position: z.string(),
			element: count,
			of: count,
		}).nullable(),
		graph: growing({}).nullable().describe("operators around it, and how many of their numbers differ"),
		pictures: growing({}).nullable().describe("tensors, to be drawn"),
		arithmetic: growing({
			caption: z.string(),
			rows: z.array(
				growing({ step: z.string(), claimed: z.string().nullable(), follows: z.string().nullable() }),
			),
			follows: z.number(),
			products: count,
		}).nullable(),
		proof: growing({ note: z.string(), isPublished: z.boolean() }),
		money: growing({ isCertain: z.boolean(), note: z.string() }).describe("flows in wei, and gas"),
		missing: z.string().nullable().describe("why something is left out"),
	}),
	app: own({ url: z.string(), demo: z.boolean().describe("of a private chain with a story") }),
	refund: own({ request: count, fee: wei, requester: address, withdrawn: wei }),
	inputs: own({ program: root, inputsRoot: root, place: z.string(), content }),
	store: own({
		action: z.enum(["put", "get", "pin", "verify"]),
		cid: z.string(),
		ok: z.boolean().describe("every store that was to has all of it"),
		bytes: count.nullable(),
		file: z.string().nullable(),
		stores: z.array(
			z.strictObject({
				...stored.shape,
				blocks: count.optional().describe("of verify: that it gives rightly"),
				missing: count.optional(),
				false: count.optional().describe("false, or not to be had"),
			}),
		),
	}),
	monitor: own({
		chainId: count,
		market: address,
		court: address,
		block: own({ number: count, time }),
		lastEvent: own({ name: z.string(), block: count, time }).nullable(),
		endpoints: z.array(
			own({
				endpoint: z.string(),
				block: count.nullable(),
				headAge: count.nullable(),
				trouble: z.string().nullable(),
			}),
		),
		claims: z.array(
			own({
				claim: count,
				request: count,
				program: count,
				submitter: address,
				status: z.string(),
				openDisputes: count,
				secondsLeft: z.number().nullable(),
				execution: z.enum(["agrees", "disagrees", "pending", "unknown"]),
				watched: z.boolean(),
			}),
		),
		disputes: z.array(
			own({
				dispute: count,
				claim: count,
				challenger: address,
				submitter: address,
				phase: z.string(),
				turn: z.string().nullable(),
				secondsLeft: z.number().nullable(),
			}),
		),
		money: own({
			balance: wei,
			liabilities: wei,
			surplus: wei,
			claimBonds: wei,
			disputeBonds: wei,
			owed: wei,
			price: wei.describe("wei, of gas"),
		}),
		account: own({ address, balance: wei, bonds: wei, owed: wei, needed: wei }).nullable(),
		problems: z.array(problem),
		acknowledged: z.array(problem),
	}).describe("one line for each look; with --once one alone"),
	"key new": own({ address, keystore: z.string() }),
	"key import": own({ address, keystore: z.string() }),
	"key address": own({ address }),
	"farm coordinator": LOG_LINE.describe("a line for each thing that it tells"),
	"farm worker": LOG_LINE.describe("likewise"),
	"farm status": own({
		database: z.string(),
		leaseSeconds: seconds,
		kinds: z.array(own({ kind: z.string(), waiting: count, leased: count, done: count, failed: count })),
		workers: z.array(
			own({
				name: z.string(),
				age: z.number().describe("seconds since it was heard of"),
				kinds: z.array(z.string()),
				leased: count,
				done: count,
				failed: count,
				refused: count.describe("results that were false"),
			}),
		),
	}),
	"farm submit": z
		.union([
			CONFORMED,
			own({
				evaluations: z.array(
					own({
						program: root,
						inputsRoot: root,
						worker: z.string(),
						outputs: OUTPUTS,
					}),
				),
			}),
		])
		.describe("of conformance, or of evaluate"),
	"ceremony new": own({
		folder: z.string(),
		name: z.string(),
		isRehearsal: z.boolean(),
		head: digest.describe("SHA-256 of ceremony.json"),
		beacon: z.union([
			own({ kind: z.literal("drand"), network: z.string(), round: count }),
			own({ kind: z.literal("block"), chainId: count, number: count }),
		]),
		circuits: z.array(z.string()),
	}),
	"ceremony contribute": CONTRIBUTED,
	"ceremony beacon": CONTRIBUTED,
	"ceremony verify": own({
		name: z.string(),
		isRehearsal: z.boolean(),
		head: digest.describe("SHA-256 of the last record"),
		beacon: z.string(),
		isBeaconDrawn: z.boolean(),
		isBeaconChecked: z.boolean().describe("whether its value is known to be the source's"),
		contributions: z.array(
			own({
				number: count,
				name: z.string(),
				previous: digest.describe("SHA-256 of the record before"),
				circuits: z.record(z.string(), own({ contribution: contribution, key: digest })),
				beacon: z.union([own({ signature: z.string() }), own({ blockHash: digest })]).optional(),
			}),
		),
		fingerprint: digest.optional().describe("SHA-256 of fingerprint.json of a finished ceremony"),
	}).describe("only if everything is right"),
	"ceremony finish": own({
		folder: z.string(),
		fingerprint: root,
		isRehearsal: z.boolean(),
		contributors: z.array(z.string()),
		beacon: z.string(),
		verifiers: z.array(own({ name: z.string(), runtimeCodeHash: root })),
	}),
	"ceremony page": own({ file: z.string(), sha256: digest }),
	profile: growing({}).describe("figures of one machine, which are no interface"),
	bench: growing({}).describe("figures of one machine, which are no interface"),
	index: own({
		database: z.string(),
		schema: z.string().describe("of the database"),
		block: count.describe("up to which everything is known"),
		hash: z.string().describe("of that block"),
		time: time.describe("of that block, in seconds since 1970"),
		revision: count.describe("how often it was written"),
		events: count,
		items: z.record(z.string(), count).describe("how many there are, by kind"),
	}),
	serve: LOG_LINE.describe("one line for each thing that it tells"),
	setup: own({ built: z.boolean(), made: z.boolean(), seconds }),
};
