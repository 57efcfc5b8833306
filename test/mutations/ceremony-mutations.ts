import { type Mutation, mutationsOf } from "./mutation.ts";

const CEREMONY = "crates-ts/prover/test/ceremony.test.ts";
const ATTACKS = "crates-ts/prover/test/ceremony-attacks.test.ts";
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
			["one name contributes twice", "if (like !== undefined) {", "if (false) {"],
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
				'await requireUnknown(\n\t\t{ beacon, powersOfTau },\n\t\toptions.newestBlock,\n\t\t"announce one that is due after the last contribution.",\n\t);',
				"",
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
		"crates-ts/prover/src/ceremony/proving-key.ts",
		[ATTACKS],
		[
			[
				"the point at infinity is a point of a key",
				'if (point.is0()) throw new Error("the point at infinity");',
				"",
			],
			["points of a key may lie outside of the group", "		point.assertValidity();", ""],
			["a key has sections that no key has", "if (number > SECTIONS) throw", "if (false) throw"],
			["contributions are of any type", "if (type > 1) throw", "if (false) throw"],
		],
	),
	...mutationsOf(
		"crates-ts/prover/src/ceremony/verify-keys.ts",
		[ATTACKS],
		[
			[
				"a later key renames an earlier contributor",
				"!isDeepStrictEqual(one, key.contributions[i])",
				"one.hash !== key.contributions[i].hash",
			],
		],
	),
	...mutationsOf(
		"crates-ts/prover/src/ceremony/ceremony-files.ts",
		[ATTACKS],
		[
			["a transcript's file may be a link or a pipe", "if (!found.isFile())", "if (found.isDirectory())"],
			["a transcript's file may be of any size", "if (found.size > mostBytes)", "if (false)"],
			["one who is later replaces a file", "await link(temporary, path);", "await rename(temporary, path);"],
		],
	),
	...mutationsOf(
		"crates-ts/prover/src/ceremony/records.ts",
		[ATTACKS],
		[
			["a record may say more", "if (textOf(result.data) === text)", "if (textOf(value) === text)"],
			["names look like others by their capitals", "name\n\t\t\t.toLowerCase()", "name"],
			[
				"names may have letters of any alphabet",
				"/^[A-Za-z0-9][A-Za-z0-9 ._@+-]{0,47}$/",
				"/^[\\p{L}0-9][\\p{L}0-9 ._@+-]{0,47}$/u",
			],
		],
	),
	...mutationsOf(
		"crates-ts/prover/src/ceremony/beacon-source.ts",
		[ATTACKS],
		[
			["contributions follow on a beacon that is due", "1000 * time <= Date.now()", "false"],
			["contributions follow on a block that is there", ">= beacon.number", "> beacon.number + 1"],
			[
				"a block's beacon is asked of nobody",
				"if (newestBlock === undefined) {",
				"if (newestBlock === undefined) return;\n	if (false) {",
			],
			[
				"a block is chosen by its proposer",
				"if (iterationsExponent >= LEAST_BLOCK_ITERATIONS) return;",
				"return;",
			],
		],
	),
	...mutationsOf(
		"crates-ts/prover/src/ceremony/known-phase-ones.ts",
		[ATTACKS, REHEARSAL],
		[["a rehearsal calls itself a ceremony", "samePoint(alpha1, expected)", "true"]],
	),
	...mutationsOf(
		"crates-ts/prover/src/ceremony/finished.ts",
		[REHEARSAL],
		[
			[
				"a verifier's code is not what its source is compiled to",
				"if (!isDeepStrictEqual(code, await compiledVerifier(circuit, source)))",
				"if (false)",
			],
		],
	),
	...mutationsOf(
		"crates-ts/prover/src/ceremony/verified.ts",
		[REHEARSAL],
		[
			[
				"keys are deployed that nobody has verified",
				"if (!(await wasVerified(finished.fingerprint)))",
				"if (false)",
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
