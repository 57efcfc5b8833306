import { CeremonyError } from "./ceremony-error.ts";
import type { CurvePoint, ProvingKey } from "./proving-key.ts";
import { samePoint } from "./proving-key.ts";
import type { Announcement } from "./records.ts";

/** The results of phase 1 that a ceremony may begin with. Runs in browsers. */
export const PHASE_ONE = {
	/** The last file of the Hermez ceremony of 54 contributors and a beacon, for circuits of up to 2^14 constraints. */
	hermez: {
		file: "powersOfTau28_hez_final_14.ptau",
		url: "https://storage.googleapis.com/zkevm/ptau/powersOfTau28_hez_final_14.ptau",
		blake2b:
			"eeefbcf7c3803b523c94112023c7ff89558f9b8e0cf5d6cdcba3ade60f168af4a181c9c21774b94fbae6c90411995f7d854d02ebd93fb66043dbb06f17a831c1",
		/** α of all keys that begin with it, as the many verifiers that do have it on Ethereum, too */
		alpha1: {
			x: 20491192805390485299153009773594534940189261866228447918068658471970481763042n,
			y: 9383485363053290200918347156157836566562967994039712273449902621266178545958n,
		},
	},
	/** circuits/powers-of-tau-14.ptau, whose secret everybody can compute. */
	development: {
		file: "powers-of-tau-14.ptau",
		url: undefined,
		blake2b:
			"219b9814d64433cbea4514369add6d7748a4c77862737bc39146e162f74da18be61562ac2eab2c181923db44ea60948943e61398bcb87cb1ea5318496cf22279",
		alpha1: undefined,
	},
} as const satisfies Readonly<
	Record<
		PhaseOne,
		{
			readonly file: string;
			readonly url: string | undefined;
			readonly blake2b: string;
			readonly alpha1: CurvePoint | undefined;
		}
	>
>;
export type PhaseOne = Announcement["powersOfTau"];

/**
 * Whether a key begins with the phase 1 that was announced, as far as a key shows it. That it does not is certain then;
 * that it does is what computing the initial key again shows (`verifyCeremony`).
 *
 * @throws CeremonyError if a key of a ceremony begins with another phase 1 than Hermez's
 */
export function requirePhaseOne(announced: PhaseOne, { alpha1 }: Pick<ProvingKey, "alpha1">): void {
	const expected = PHASE_ONE[announced].alpha1;
	if (expected === undefined || samePoint(alpha1, expected)) return;
	throw new CeremonyError(
		`The key does not begin with the phase 1 of ${PHASE_ONE[announced].file}, which was announced`,
		{ advice: "do not use these keys: whoever knows the secret of another phase 1 forges proofs." },
	);
}
