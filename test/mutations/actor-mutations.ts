import { type Mutation, mutationsOf } from "./mutation.ts";
import { FLIGHTS, JOB_WORKER, RACE, STILL_AT, WAITING } from "./tests.ts";

const ITEMS = "test/operations/items.test.ts";
const WORKBENCH = "crates-ts/actors/test/workbench.test.ts";
const ACTOR = "crates-ts/actors/test/actor.test.ts";
const BUDGET = "crates-ts/actors/test/budget.test.ts";
const REORGANISATION = "test/operations/reorganisation.test.ts";
const SETTLED = "crates-ts/actors/test/settled.test.ts";
const PRINTABLE = "test/printable.test.ts";
const WITHHELD = "crates-ts/actors/test/withheld-inputs.test.ts";

/** What the actors do with moves that are due, with items that make no sense, and with money. */
export const ACTOR_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"crates-ts/actors/src/open-requests.ts",
		["test/operations/requests.test.ts"],
		[
			[
				"a submitter claims what asks somebody else",
				"return !isExclusive || sameAccount(request.submitter, account);",
				"return true;",
			],
			[
				"a claim does not wait for its commitment",
				'if (found !== 0n && now < expires) return found < now ? { salt } : "waiting";',
				"if (found === 0n) return { salt };",
			],
			[
				"a restart forgets the salt",
				"[connection.chain.id, account.address, request,",
				"[Math.random(), account.address, request,",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/round.ts",
		["test/operations/log-lines.test.ts"],
		[
			[
				"what is told of a dispute does not carry its number",
				"troubles.attempt(item, make, subject)",
				"troubles.attempt(item, make)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/troubles.ts",
		[RACE],
		[
			[
				"whoever comes second tells a failure",
				"refused !== undefined && refused.block === race?.block",
				"refused === null && refused",
			],
			[
				"what the contract refuses of anybody's moves is never told",
				"refused.block === race?.block && now < refused.since + SETTLES",
				"now > 0",
			],
			["a node that reads behind is waited for without end", "now < refused.since + SETTLES", "now > 0"],
			[
				"a refusal of long ago makes the next one a failure",
				"first === undefined || now > before!.until + OVER",
				"first === undefined",
			],
			[
				"what fails otherwise is held back as if others were faster",
				"error instanceof RevertError",
				"error !== null",
			],
			["nobody knows that others make a move as well", "() => asRace(move)", "move"],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/jobs/coordinator.ts",
		[JOB_WORKER],
		[
			[
				"a coordinator that comes second tells a failure",
				"this.#troubles.race(item, this.world.feed.head?.hash, make, subject)",
				"this.#troubles.attempt(item, make, subject)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/jobs/submit-job.ts",
		[JOB_WORKER],
		[
			[
				"whoever takes back a job that waits no more is told what the contract calls that",
				"if (status !== JOB_STATUS.pending) {",
				"if (status < 0) {",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/world.ts",
		[JOB_WORKER],
		[
			[
				"a move that is mined second is told as a failure of its own",
				"known?.isRace === true ?",
				"known?.isRace === null ?",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/jobs/waiting.ts",
		[WAITING],
		[
			[
				"jobs wait where there is something to do",
				"if (stepsForAll(network, now).length > 0) return undefined;",
				"",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/still-at.ts",
		[STILL_AT],
		[
			["what has just said something says that it goes on", "timer.refresh();", ""],
			["what is done says that it goes on", "clearInterval(timer);", ""],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/say-once.ts",
		[STILL_AT],
		[
			["what is waited for is said at every look", "line === said && ", "line === null && "],
			["what is waited for is said once for ever", "performance.now() - at < AGAIN", "at !== 0"],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/workbench.ts",
		[WORKBENCH],
		[
			[
				"what is computed for a dispute does not carry its number",
				"entry.work = keepingSubject(work);",
				"entry.work = work;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/settled.ts",
		[REORGANISATION],
		[
			[
				"a request is claimed as soon as it is seen",
				"head.number - events[i].block < settledAfter; i--",
				"head.number - events[i].block < 0n * settledAfter; i--",
			],
			[
				"a request is claimed a block too early",
				"head.number - events[i].block < settledAfter; i--",
				"head.number - events[i].block < settledAfter - 1n; i--",
			],
			[
				"blocks are waited for in vain",
				"Date.now() / 1000 - Number(head.timestamp) > IDLE_AFTER",
				"IDLE_AFTER < 0",
				[SETTLED],
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/submitter.ts",
		[REORGANISATION],
		[
			[
				"partial results are published of an element that may become another one",
				"if (hasTime && mayBeAnothers(this.#world, open, action)) return false;",
				"",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/verifier.ts",
		[ITEMS],
		[
			[
				"a claim is challenged as soon as it is seen",
				"if (this.#mayPassOn(state, id, claim, now)) return false;",
				"",
				[REORGANISATION],
			],
			[
				"a challenge waits for blocks however slow they are",
				"claimedAt + parameters.challengePeriod / 10",
				"claimedAt + parameters.challengePeriod",
				[REORGANISATION],
			],
			[
				"a verifier judges new claims before it makes moves that are due",
				"const moved = await makeInOrder(due, items);",
				"for (const { id, claim, end } of claims) await this.#judge(state, id, claim, end, now);\n\t\tawait this.#bench.rest(10, async () => false);\n\t\tfor (const { id, claim, end } of claims) await this.#judge(state, id, claim, end, now);\n\t\tconst moved = await makeInOrder(due, items);",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/actor.ts",
		[ACTOR],
		[
			[
				"what is not foreseen ends an actor",
				"failures++;",
				"if (!(error instanceof UmpireError)) throw error;\n\t\t\tfailures++;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/round.ts",
		[ACTOR],
		[
			[
				"moves are made in the order of their numbers",
				"due.toSorted((a, b) => compare(a.until, b.until))",
				"due",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/troubles.ts",
		[ITEMS],
		[
			[
				"one item's failure ends the look at the chain",
				"return false;\n\t\t}\n\t}",
				"throw error;\n\t\t}\n\t}",
			],
			[
				"a trouble is told at every look",
				"performance.now() - before < AGAIN",
				"performance.now() - before < 0",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/workbench.ts",
		[WORKBENCH],
		[
			["urgent work waits for all other", "entry.lane === lane);", "entry.lane !== undefined);"],
			[
				"the latest is computed first",
				'=== "waiting").sort((a, b) => a.order - b.order);',
				'=== "waiting").sort((a, b) => b.order - a.order);',
			],
			[
				"what fails is tried again and again",
				"const pause = entry.failures === 0 ? 0 : ",
				"const pause = 0 * ",
			],
			[
				"evidence of running disputes is forgotten",
				"entry.order = entry.asked ? Math.min(order, entry.order) : order;\n\t\tentry.asked = true;",
				"",
			],
			[
				"what nobody wants is computed",
				'drop(entries.filter(({ state, asked }) => state === "waiting" && !asked));',
				"",
			],
		],
	),
	...mutationsOf(
		"crates-ts/runtime/src/checkpoints.ts",
		["crates-ts/runtime/test/checkpoints.test.ts"],
		[
			[
				"every segment begins with the inputs",
				"const from = startOf(program, trace, first);",
				"const from = undefined;",
			],
			[
				"a segment that leads elsewhere is taken",
				"if (stepTrees[step - 1].root !== trace.stepRoots[first + count - 1]) {",
				"if (stepTrees.length === 0) {",
			],
			[
				"a tensor that is not the trace's is taken",
				"if (tensors[index].root !== trace.stepTrees[at]?.node(0, index)) {",
				"if (tensors.length === 0) {",
			],
			[
				"a run goes on from a step of which one tensor is there",
				"while (known >= 0 && !isWhole(program, trace, known)) known -= 1;",
				"while (known >= 0 && trace.operators[known] === undefined) known -= 1;",
			],
			[
				"a tensor is there without what it is computed from",
				"return [place, ...operands];",
				"return [place, ...operands.slice(operands.length)];",
			],
			[
				"a checkpoint goes on from the step before it",
				"from = { step: last + 1, states: statesOf(program, (operator) => operators[operator]) };",
				"from = { step: last + 1, states: from?.states ?? new Map() };",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/commitments.ts",
		["crates-ts/actors/test/commitments.test.ts"],
		[
			[
				"a segment takes longer to hash than a dispute has time for",
				"Math.floor(SEGMENT_LEAVES / leavesOfStep)",
				"SEGMENT_LEAVES",
			],
			[
				"long runs are committed to as a whole",
				'program.steps > Math.min(MOST_LAZY_STEPS, steps) ? "segments" : "lazy"',
				'"lazy"',
			],
			[
				"a trace that no dispute has time for is committed to when it is challenged",
				"Math.min(MOST_LAZY_STEPS, steps)",
				"MOST_LAZY_STEPS",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/submitter-words.ts",
		["crates-ts/actors/test/commitments.test.ts"],
		[
			[
				"a submitter is not told that it may be too slow for a segment",
				"if (seconds <= allowed) return undefined;",
				"if (seconds >= 0) return undefined;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/store/src/traces.ts",
		["crates-ts/actors/test/stored-checkpoints.test.ts"],
		[["a shorter last segment has another last step", "return all.with(-1, steps - 1);", "return all;"]],
	),
	...mutationsOf(
		"crates-ts/runtime/src/tensors-codec.ts",
		["crates-ts/store/test/hostile-files.test.ts"],
		[
			[
				"a file of the right size with other tensors is taken",
				"if (tensors.length !== sizes.length || !sizes.every(fits)) throw damaged();",
				"",
			],
		],
	),
	...mutationsOf(
		"crates-ts/store/src/folder-store.ts",
		[ITEMS],
		[
			[
				"what the disk refuses is a defect",
				"if (code === undefined) throw error;",
				"throw error;",
				["crates-ts/store/test/hostile-files.test.ts"],
			],
			[
				"files of any size are read into memory",
				"if (size !== undefined && found.size !== size)",
				"if (size !== undefined && found.size < size)",
				["crates-ts/store/test/hostile-files.test.ts"],
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/submitter-computing.ts",
		[ITEMS],
		[
			[
				"a trace that cannot be kept loses its dispute",
				"await this.#keep(trace).catch((error: unknown) => tell(failureText(error)));",
				"await this.#keep(trace);",
			],
			["a trace is claimed that cannot be kept", "await this.#keep(trace);\n\t\t\t\t\treturn", "return"],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/submitter-computing.ts",
		["test/operations/lost-claims.test.ts"],
		[
			[
				"a submitter answers from another trace than the claimed one",
				"trace.traceRoot !== traceRoot",
				"false",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/submitter.ts",
		[ITEMS],
		[
			["requests of any fee are served", "if (request.fee < least)", "if (request.fee < 0n)"],
			[
				"consumers are called for nothing",
				"request.consumer === zeroAddress ? budget.leastFee : budget.leastFeeWithConsumer",
				"budget.leastFee",
			],
			["bonds are locked without a bound", "if (bonds + bond > budget.mostBonds)", "if (bonds < 0n)"],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/budget.ts",
		[BUDGET],
		[
			[
				"the gas of disputes is not kept back",
				"const more = free > 0n ? free / (bond + ahead) : 0n;",
				"const more = free > 0n ? free / bond : 0n;",
			],
			[
				"all that an account has is locked",
				"const half = (balance + locked) / 2n;",
				"const half = balance + locked;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/game/src/answering-gas.ts",
		[BUDGET],
		[
			["the callback is not priced", "return own + (hasConsumer ? CALLBACK : 0);", "return own;"],
			["the words of an output are not priced", "+ OUTPUT_WORD * (wordsStored(program) - 1);", ";"],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/demand-inputs.ts",
		[WITHHELD],
		[
			[
				"chunks are sold claim by claim",
				"if (paidFor(state) + wanted.length > totalOf(bounds))",
				"if (paidFor(state) < 0)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/printable.ts",
		[PRINTABLE],
		[["marks that turn the writing reach the terminal", "\\p{Cc}\\p{Cf}", "\\p{Cc}"]],
	),
	...mutationsOf(
		"bin/log.ts",
		[PRINTABLE],
		[
			[
				"progress reaches the terminal as it is",
				"textLine(level, printable(text), fields)",
				"textLine(level, text, fields)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/own-execution.ts",
		[ITEMS],
		[
			[
				"one claim that cannot be run ends the look",
				"await this.#troubles.look(",
				"await ((_: string, run: () => Promise<unknown>) => run())(",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/submitter.ts",
		[ITEMS],
		[
			["an answer is paid for by every dispute that demands it", "sharedKey(action) ?? key", "key"],
			[
				"requests without inputs take of the bound on bonds",
				"if (sent !== undefined) bonds += bond;",
				"bonds += bond;",
			],
		],
	),
	...mutationsOf(
		"bin/failure.ts",
		["test/failure.test.ts"],
		[
			["a defect exits like a mistake of the user's", "defect: 70", "defect: 1"],
			[
				"what may pass exits like a mistake",
				"error.retryable ? EXIT.tryAgain : EXIT.mistake",
				"EXIT.mistake",
			],
			["a stack is printed as it is", "printable(before + shown)", "before + shown"],
		],
	),
	...mutationsOf(
		"crates-ts/errors/src/system-code.ts",
		["crates-ts/errors/test/umpire-error.test.ts", "crates-ts/store/test/hostile-files.test.ts"],
		[
			[
				"an error of Umpire's passes for one of the operating system's",
				"error instanceof UmpireError ||",
				"",
			],
		],
	),
	...mutationsOf(
		"crates-ts/actors/src/journal.ts",
		[FLIGHTS],
		[
			[
				"a full disk keeps moves back",
				"(error: Error) => tell(",
				"(error: Error) => Promise.reject(error) ?? tell(",
			],
		],
	),
	...mutationsOf(
		"crates-ts/store/src/home.ts",
		["crates-ts/actors/test/home-files.test.ts"],
		[
			[
				"a damaged journal stops its actor",
				"if (!(error instanceof DamagedFile)) throw error;",
				"throw error;",
			],
			["a damaged journal is told of only", "await rename(path, aside);", ""],
		],
	),
	...mutationsOf(
		"crates-ts/store/src/keystore.ts",
		["crates-ts/store/test/keystore.test.ts"],
		[
			[
				"a password is asked for before its file is looked for",
				"const text = await readFile(path",
				"await password(); const text = await readFile(path",
			],
		],
	),
];
