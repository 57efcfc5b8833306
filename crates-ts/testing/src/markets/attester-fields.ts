import type { Accusation, AttestationRecord, Cover } from "@umpire/markets/attester-state.ts";
import { plain } from "./pair-driver.ts";

/** What the contracts and the model of attesters are compared in. */
export const OPERATOR_FIELDS = [
	"account",
	"status",
	"firstEpoch",
	"lastEpoch",
	"stake",
	"leftAt",
	"holds",
	"x",
	"y",
] as const;
export const RECORD_FIELDS: readonly (keyof AttestationRecord)[] = [
	"program",
	"inputsRoot",
	"outputRoot",
	"claim",
	"epoch",
	"madeIn",
	"status",
	"softAt",
	"endedAt",
	"accusations",
	"closed",
	"signers",
	"weight",
	"covers",
	"premium",
	"shared",
	"winner",
];
export const ACCUSATION_FIELDS: readonly (keyof Accusation)[] = [
	"accuser",
	"record",
	"request",
	"until",
	"bond",
	"closed",
];
export const COVER_FIELDS: readonly (keyof Cover)[] = ["value", "premium", "status", "record"];

/** Those fields of a thing, as plain values. */
export function pick(fields: object, names: readonly string[]): Record<string, unknown> {
	return plain(Object.fromEntries(names.map((name) => [name, (fields as Record<string, unknown>)[name]])));
}
