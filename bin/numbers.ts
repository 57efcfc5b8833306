import { UmpireError } from "@umpire/errors/umpire-error.ts";

/** What a number on the command line has to be. */
export interface NumberRule {
	readonly describe: string;
	/** The least and the largest that help. */
	readonly least?: number;
	readonly most?: number;
	readonly whole?: boolean;
	/** What it counts, as in `seconds`. */
	readonly unit?: string;
	readonly default?: number;
	readonly defaultDescription?: string;
	readonly group?: string;
}

/**
 * An option that takes a number. All of them are read by this one rule, so that none is ever taken for NaN: what is no
 * number, or none that helps, is refused by the option's name.
 *
 * @param name as in `--name`; of a positional, in capitals
 */
export function numberOption(name: string, rule: NumberRule) {
	const { describe, defaultDescription, group } = rule;
	return {
		describe,
		requiresArg: true,
		...(rule.default === undefined ? {} : { default: rule.default }),
		...(defaultDescription === undefined ? {} : { defaultDescription }),
		...(group === undefined ? {} : { group }),
		coerce: refusing((text) => numberOf(`--${name}`, text, rule)),
	};
}

/** A positional argument that is the number of something, from 1 on. */
export function numberPositional(name: string, describe: string) {
	return {
		type: "string" as const,
		describe,
		demandOption: true as const,
		coerce: refusing((text) => numberOf(`<${name}>`, text, { describe, least: 1, whole: true })),
	};
}

/** What a random draw follows from. */
export const seedOption = (describe: string, otherwise?: number) =>
	numberOption("seed", {
		describe,
		least: 0,
		most: Number.MAX_SAFE_INTEGER,
		whole: true,
		...(otherwise === undefined ? {} : { default: otherwise }),
	});

/** An option that takes numbers with commas between them. */
export function numbersOption(name: string, describe: string, rule: Omit<NumberRule, "describe"> = {}) {
	return {
		type: "string" as const,
		describe,
		requiresArg: true,
		coerce: refusing((text) =>
			once(`--${name}`, text)
				.split(",")
				.map((part) => numberOf(`--${name}`, part, { describe, ...rule })),
		),
	};
}

/** An option that takes an amount of ether, which stays a text: a number would lose its last digits. */
export function etherOption(name: string, describe: string, otherwise?: string) {
	return {
		describe,
		type: "string" as const,
		requiresArg: true,
		...(otherwise === undefined ? {} : { default: otherwise }),
		coerce: refusing((text) => etherText(`--${name}`, text)),
	};
}

/** @throws UmpireError if a text is no amount of ether */
export function etherText(option: string, given: unknown): string {
	const text = once(option, given).trim();
	if (/^\d+(\.\d{1,18})?$/.test(text)) return text;
	throw new UmpireError(
		"OPTION",
		`${option} takes an amount of ether, as in 0.01, not ${text === "" ? "nothing" : text}.`,
	);
}

/** What is read, or why it is refused: yargs makes another error of one that is thrown here (`command` throws it). */
export function refusing<T>(read: (given: unknown) => T): (given: unknown) => T | UmpireError | undefined {
	return (given) => {
		try {
			return given === undefined ? undefined : read(given);
		} catch (error) {
			if (error instanceof UmpireError) return error;
			throw error;
		}
	};
}

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** @throws UmpireError if a text is no number, or not one that the rule takes */
export function numberOf(option: string, given: unknown, rule: NumberRule): number {
	const text = once(option, given).trim();
	const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
	const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY, whole = false } = rule;
	const fits = Number.isFinite(value) && value >= least && value <= most;
	if (fits && (!whole || Number.isSafeInteger(value))) return value;
	throw new UmpireError(
		"OPTION",
		`${option} takes ${kindText(rule)}, not ${text === "" ? "nothing" : text}.`,
	);
}

function kindText({ least, most, whole, unit }: NumberRule): string {
	const kind = `${whole ? "a whole number" : "a number"}${unit === undefined ? "" : ` of ${unit}`}`;
	if (least !== undefined && most !== undefined) return `${kind} from ${plain(least)} to ${plain(most)}`;
	if (least !== undefined) return `${kind} from ${plain(least)} on`;
	return kind;
}

/** 0.000000001 and not 1e-9. */
const plain = (value: number): string =>
	Math.abs(value) < 1e-6 && value !== 0 ? value.toFixed(12).replace(/0+$/, "") : String(value);

/** The text of an option that is given once. */
export function once(option: string, given: unknown): string {
	if (!Array.isArray(given)) return String(given);
	throw new UmpireError("OPTION", `${option} is given ${given.length} times: give it once.`);
}
