import { UmpireError } from "@umpire/errors/umpire-error.ts";
import type { BlockStore } from "./block-store.ts";
import { folderBlocks } from "./folder-blocks.ts";
import { gatewayBlocks } from "./gateway-blocks.ts";
import { kuboBlocks } from "./kubo-blocks.ts";
import { type Credentials, s3Blocks } from "./s3-blocks.ts";

/** What a store can be named by, for help and refusals. */
export const STORE_FORMS =
	"folder:PATH, s3://BUCKET/PREFIX?endpoint=URL&region=NAME, akave:BUCKET/PREFIX, kubo:URL, gateway:URL";

/** Akave's buckets speak S3; an account may have another endpoint, which `?endpoint=` names. */
const AKAVE = { endpoint: "https://o3-rc2.akave.xyz", region: "akave-network" };

/**
 * Opens the stores that `--store` names, else those of the environment (UMPIRE_STORE, with spaces between them).
 * Credentials of buckets are those of the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN,
 * AWS_REGION.
 *
 * @throws UmpireError if one cannot be understood
 */
export function openStores(
	given: readonly string[] | undefined,
	environment: Readonly<Record<string, string | undefined>> = process.env,
): BlockStore[] {
	const named = given ?? (environment.UMPIRE_STORE ?? "").split(/\s+/).filter((text) => text !== "");
	return [...new Set(named)].map((text) => openStore(text, environment));
}

function openStore(text: string, environment: Readonly<Record<string, string | undefined>>): BlockStore {
	const [, kind = "", rest = ""] = /^([a-z0-9]+):(.*)$/s.exec(text) ?? [];
	const refuse = (why: string): never => {
		throw new UmpireError("OPTION", `--store ${withoutSecrets(text)} ${why}`, {
			advice: `give one of ${STORE_FORMS}.`,
		});
	};
	switch (kind) {
		case "folder":
			return rest === "" ? refuse("names no folder") : folderBlocks(rest);
		case "gateway":
			if (isWeb(rest) && new URL(rest).username + new URL(rest).password !== "")
				refuse("has a name or password, which gateways are not asked with");
			return gatewayBlocks(isWeb(rest) ? rest : refuse("names no address"));
		case "kubo":
			return kuboBlocks(isWeb(rest) ? rest : refuse("names no address"));
		case "s3":
		case "akave": {
			const [path, query = ""] = rest.replace(/^\/\//, "").split("?", 2);
			const [bucket, ...more] = path.split("/").filter((part) => part !== "");
			const options = new URLSearchParams(query);
			for (const name of options.keys()) {
				if (name !== "endpoint" && name !== "region") refuse(`has the unknown option ${name}`);
			}
			if (bucket === undefined || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
				refuse("names no bucket");
			if (!more.every((part) => /^[\w.-]+$/.test(part) && !/^\.+$/.test(part)))
				refuse("has a prefix of other than letters, digits, . _ and -");
			const preset = kind === "akave" ? AKAVE : undefined;
			const endpoint = options.get("endpoint") ?? preset?.endpoint;
			if (endpoint !== undefined && !isWeb(endpoint)) refuse("has an endpoint that is no address");
			const region = options.get("region") ?? preset?.region ?? environment.AWS_REGION ?? "us-east-1";
			return s3Blocks({ kind, bucket, prefix: more.join("/"), endpoint, region }, credentialsOf(environment));
		}
		default:
			return refuse("is no store");
	}
}

function credentialsOf(environment: Readonly<Record<string, string | undefined>>): Credentials | undefined {
	const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
	if (!accessKeyId || !secretAccessKey) return undefined;
	return { accessKeyId, secretAccessKey, sessionToken: environment.AWS_SESSION_TOKEN };
}

const isWeb = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);

/** Names and passwords in an address are told to nobody. */
const withoutSecrets = (text: string): string => text.replace(/\/\/[^/@]*@/, "//…@");
