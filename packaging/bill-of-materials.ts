import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";

const ROOT = join(import.meta.dirname, "..");

/** A part of a CycloneDX document, as far as it is looked at here. */
interface Component {
	readonly "bom-ref": string;
	readonly name: string;
	readonly version: string;
	readonly licenses?: readonly {
		readonly license?: { readonly id?: string; readonly name?: string };
		readonly expression?: string;
	}[];
}

/** A CycloneDX document, as npm makes it. */
export interface BillOfMaterials {
	readonly serialNumber: string;
	readonly metadata: { readonly timestamp?: string; readonly component: Component };
	readonly components: readonly Component[];
	readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
	readonly [field: string]: unknown;
}

/**
 * All npm packages that users get, in CycloneDX, as package-lock.json has them: the same text on every machine, without
 * the time and with a serial number that follows from the content.
 */
export async function billOfMaterials(): Promise<BillOfMaterials> {
	const { stdout } = await promisify(execFile)(
		"npm",
		["sbom", "--sbom-format", "cyclonedx", "--omit", "dev", "--package-lock-only"],
		{
			cwd: ROOT,
			maxBuffer: 1 << 26,
		},
	);
	const made = JSON.parse(stdout) as BillOfMaterials;
	const { timestamp: _, component, ...metadata } = made.metadata;
	// npm calls the project after its folder.
	const named = { ...made, metadata: { ...metadata, component: { ...component, name: "umpire" } } };
	const digest = createHash("sha256")
		.update(JSON.stringify({ ...named, serialNumber: "" }))
		.digest("hex");
	const uuid = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
	return { ...named, serialNumber: `urn:uuid:${uuid}` };
}

/** With its scope, which npm leaves out of names. */
export const nameOf = (component: Component): string => component["bom-ref"].replace(/(?<=.)@.*/, "");

/** Packages whose manifest names no licence, and what their text says. */
const UNSTATED: Readonly<Record<string, string>> = { esprima: "BSD-2-Clause" };

export function licenceOf(component: Component): string {
	const stated = component.licenses?.map(
		({ license, expression }) => expression ?? license?.id ?? license?.name ?? "",
	);
	return (
		stated?.filter(Boolean).join(" AND ") || UNSTATED[nameOf(component)] || "not stated in package-lock.json"
	);
}

/** Licences that bind who distributes a work together with theirs. */
export const isCopyleft = (licence: string): boolean => /GPL|MPL|EPL|CDDL|EUPL/.test(licence);

/** What a package needs, directly or not: references of components. */
export function neededBy(bill: BillOfMaterials, name: string): Set<string> {
	const needs = new Map(bill.dependencies.map(({ ref, dependsOn = [] }) => [ref, dependsOn]));
	const start = bill.components.find((one) => nameOf(one) === name);
	if (start === undefined) throw new Error(`${name} is not in the bill of materials`);
	const found = new Set<string>();
	const visit = (ref: string): void => {
		if (found.has(ref)) return;
		found.add(ref);
		for (const next of needs.get(ref) ?? []) visit(next);
	};
	visit(start["bom-ref"]);
	return found;
}

/**
 * Which licences what users get has, for people.
 *
 * @param published names of the packages that npm publishes
 */
export function licenceReport(bill: BillOfMaterials, published: readonly string[]): string {
	const byLicence = new Map<string, string[]>();
	for (const one of bill.components) {
		if (nameOf(one).startsWith("@umpire/")) continue;
		const licence = licenceOf(one);
		byLicence.set(licence, [...(byLicence.get(licence) ?? []), `${nameOf(one)} ${one.version}`]);
	}
	const sections = [...byLicence].sort(([a], [b]) => (a < b ? -1 : 1));
	const copyleft = sections.filter(([licence]) => isCopyleft(licence)).flatMap(([, names]) => names);
	return `# Licences

Umpire is under MIT, the generated verifiers (contracts/verifiers, and those of a ceremony) included: their headers say so, and nothing of snarkjs's template is in them.

Under terms that bind who distributes them:

${copyleft.map((name) => `- ${name}`).join("\n")}

They make keys and proofs. None of the packages that npm publishes needs one of them (${published.join(", ")}). The page of \`umpire ceremony page\` holds snarkjs: whoever distributes that file does so under GPL-3.0. The circuits include Poseidon of circomlib, and constraints and witness calculators are compiled from it by circom.

${sections
	.map(
		([licence, names]) =>
			`## ${licence}\n\n${names
				.sort()
				.map((name) => `- ${name}`)
				.join("\n")}`,
	)
	.join("\n\n")}
`;
}
