import { type Mutation, mutationsOf } from "./mutation.ts";

const CEREMONY = "crates-ts/prover/test/ceremony.test.ts";
const REHEARSAL = "test/ceremony-rehearsal.test.ts";
const GOLDEN = "crates-ts/runtime/test/golden-programs.test.ts";

/** Ceremonies in which somebody cheats, and files of other versions. */
export const CEREMONY_MUTATIONS: readonly Mutation[] = [
	...mutationsOf(
		"crates-ts/prover/src/ceremony/verify-keys.ts",
		[CEREMONY],
		[
			[
				"a ceremony's key may not follow from its contributions",
				"if (wrong !== undefined) throw",
				"if (false) throw",
			],
			[
				"a ceremony's contribution is replayed or reordered",
				"if (own.transcript !== own.expectedTranscript)",
				"if (false)",
			],
			["a ceremony's contribution is skipped", "if (key.contributions.length !== number)", "if (false)"],
			["a ceremony's contribution is replaced by a later contributor", "if (strange >= 0)", "if (false)"],
			[
				"a ceremony takes a key of another circuit",
				"if (key.circuitHash !== before.circuitHash)",
				"if (false)",
			],
			["a ceremony takes γ = δ", "if (isWithoutSecret(key))", "if (false)"],
			["a ceremony takes a contribution of 1", "if (samePoint(key.delta1, before.delta1))", "if (false)"],
			["a ceremony takes another's name in a key", "if (own.name !== record.name)", "if (false)"],
			["a ceremony takes what everybody can compute", "if (own.beacon !== undefined)", "if (false)"],
			["a ceremony takes any value for its beacon's", "own.beacon?.value !== value ||", ""],
			[
				"a ceremony takes another number of iterations",
				"|| own.beacon.iterationsExponent !== announcement.iterationsExponent",
				"",
			],
		],
	),
	...mutationsOf(
		"crates-ts/prover/src/ceremony/transcript.ts",
		[CEREMONY],
		[
			["a record need not follow on the one before", "if (record.previous !== at.head)", "if (false)"],
			["a record is kept under another number", "if (record.number !== at.number)", "if (false)"],
			[
				"one name contributes twice",
				"if (at.records.some(({ name }) => name === record.name))",
				"if (false)",
			],
			[
				"contributions follow on the beacon",
				"if (at.records.some(({ beacon }) => beacon !== undefined))",
				"if (false)",
			],
			["a key need not be the one that its record names", "if (sha256Of(bytes) !== expected)", "if (false)"],
			[
				"a ceremony for real keys leaves out a circuit",
				'if (circuits.length < CIRCUITS.length && announced.powersOfTau === "hermez")',
				"if (false)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/prover/src/ceremony/proving-key.ts",
		[CEREMONY],
		[["points of a key may lie off their curve", "requireValid(bn254.G2.Point.fromAffine(point));", ""]],
	),
	...mutationsOf(
		"crates-ts/prover/src/ceremony/beacon.ts",
		[CEREMONY],
		[
			[
				"any signature is one of drand",
				"return Fp12.eql(product, Fp12.ONE);",
				"return product !== undefined;",
			],
			[
				"a chain's word on the beacon's block is not heard",
				"if (expected !== undefined && expected !== evidence.blockHash)",
				"if (false)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/prover/src/ceremony/phase-one.ts",
		[CEREMONY],
		[["any file is the result of phase 1", "if (found !== blake2b)", "if (false)"]],
	),
	...mutationsOf(
		"crates-ts/prover/src/ceremony/verify.ts",
		[CEREMONY],
		[
			["circuits are not compared with what is compiled", "if (found !== said)", "if (false)"],
			["published hashes are not looked for", "if (!there.has(", "if (false && !there.has("],
		],
	),
	...mutationsOf(
		"crates-ts/prover/src/ceremony/new-ceremony.ts",
		[CEREMONY],
		[
			[
				"a beacon is announced whose value is known",
				"if (!isRehearsal && time !== undefined && 1000 * time <= Date.now())",
				"if (false)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/prover/src/ceremony/finish.ts",
		[CEREMONY],
		[["keys are finished without a beacon", "if (!hasBeacon(transcript))", "if (false)"]],
	),
	...mutationsOf(
		"crates-ts/prover/src/ceremony/finished.ts",
		[REHEARSAL],
		[
			[
				"a finished ceremony's files are not compared with its fingerprint",
				"if (sha256Of(content) !== said.files[name])",
				"if (false)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/prover/src/keys-in-use.ts",
		[REHEARSAL],
		[
			[
				"proofs are verified with the development keys during a ceremony",
				"(await ceremonyInUse())?.circuits[circuit].verificationKey ?? readVerificationKey(circuit)",
				"readVerificationKey(circuit)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/runtime/src/program-bytes.ts",
		[GOLDEN],
		[
			[
				"program files of other protocols are read",
				"if (protocol === String(PROTOCOL_VERSION)) return;",
				"return;",
			],
		],
	),
];
