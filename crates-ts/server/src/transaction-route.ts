import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { unsigned } from "@umpire/indexer/answers.ts";
import { role } from "@umpire/indexer/fields.ts";
import { READINGS } from "@umpire/indexer/folds.ts";
import type { AbiFunction, AbiParameter } from "viem";
import { z } from "zod";
import { Refusal } from "./failures.ts";
import { addressOf, REFUSED } from "./list-routes.ts";
import type { Served } from "./served.ts";
import { unsignedFor } from "./unsigned.ts";

const body = z.strictObject({
	from: z.string().describe("the account that will sign"),
	contract: role,
	function: z.string().regex(/^\w{1,60}$/),
	args: z
		.array(z.unknown())
		.max(16)
		.default([])
		.describe("as the contract takes them: whole numbers as texts or numbers, structs as objects"),
	value: z
		.string()
		.regex(/^\d{1,38}$/)
		.default("0")
		.describe("wei"),
});

/** `POST /v1/transactions`: any move of any contract of the deployment, simulated, for a wallet to sign. */
export function addTransactions(app: OpenAPIHono, { view, index }: Served): void {
	const route = createRoute({
		method: "post",
		path: "/v1/transactions",
		summary: "the transaction that makes a move, simulated and not signed",
		request: { body: { required: true, content: { "application/json": { schema: body } } } },
		responses: {
			200: { description: "for a wallet", content: { "application/json": { schema: unsigned } } },
			...REFUSED,
		},
	});
	app.openapi(route, async (context) => {
		const { from, contract: name, function: functionName, args, value } = context.req.valid("json");
		const found = index().contracts.find((one) => one.role === name);
		if (found === undefined)
			throw new Refusal(422, "NOT_DEPLOYED", `No ${name} is deployed here.`, "see /v1/deployment.");
		const { abi } = READINGS[name];
		const entry = abi.find((one): one is AbiFunction => one.type === "function" && one.name === functionName);
		if (entry === undefined || /view|pure/.test(entry.stateMutability)) {
			throw new Refusal(
				400,
				"FUNCTION",
				`The ${name} has no move ${functionName}.`,
				"see contracts/interfaces.",
			);
		}
		if (args.length !== entry.inputs.length) {
			const help = `it takes ${entry.inputs.map(({ name: one, type }) => `${one} (${type})`).join(", ") || "none"}.`;
			throw new Refusal(400, "ARGUMENTS", `${functionName} is given ${args.length} arguments.`, help);
		}
		const typed = entry.inputs.map((parameter, i) => argumentOf(parameter, args[i]));
		const call = {
			contract: { address: found.address, abi },
			functionName,
			args: typed,
			value: BigInt(value),
		};
		return context.json(await unsignedFor(view.contracts, addressOf(from), call), 200);
	});
}

/** A value of JSON as an argument; what does not fit its type is refused with its name. */
function argumentOf(parameter: AbiParameter, value: unknown): unknown {
	const { type } = parameter;
	const wrong = (): never => {
		const help = `give ${type.endsWith("]") ? `a list (${type})` : type}, whole numbers as texts.`;
		throw new Refusal(400, "ARGUMENTS", `"${parameter.name}" is not what the contract takes.`, help);
	};
	const [, inner, size] = /^(.*)\[(\d*)\]$/.exec(type) ?? [];
	if (inner !== undefined) {
		if (!Array.isArray(value) || (size !== "" && value.length !== Number(size))) return wrong();
		return value.map((one) => argumentOf({ ...parameter, type: inner } as AbiParameter, one));
	}
	if (type === "tuple") {
		if (typeof value !== "object" || value === null) return wrong();
		const { components } = parameter as { readonly components: readonly AbiParameter[] };
		const fields = value as Readonly<Record<string, unknown>>;
		return Object.fromEntries(components.map((one) => [one.name, argumentOf(one, fields[one.name!])]));
	}
	if (type === "bool") return typeof value === "boolean" ? value : wrong();
	const whole = /^(u?)int(\d+)$/.exec(type);
	if (whole !== null) {
		if (!Number.isSafeInteger(value) && !/^-?\d{1,78}$/.test(typeof value === "string" ? value : ""))
			return wrong();
		const [number, bits] = [BigInt(value as string | number), BigInt(whole[2])];
		const [least, most] =
			whole[1] === "u" ? [0n, 2n ** bits - 1n] : [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
		return number < least || number > most ? wrong() : number;
	}
	if (type === "address") return typeof value === "string" ? addressOf(value) : wrong();
	const bytes = /^bytes(\d*)$/.exec(type);
	const isHex = typeof value === "string" && /^0x([0-9a-fA-F]{2})*$/.test(value);
	if (bytes === null || !isHex || (bytes[1] !== "" && value.length !== 2 + 2 * Number(bytes[1])))
		return wrong();
	return value;
}
