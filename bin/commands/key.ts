import { type CommonOptions, command, withKeystore } from "../command.ts";
import { progress } from "../log.ts";
import { report } from "../output.ts";

interface Options extends CommonOptions {
	action: "new" | "import" | "address";
	keystore?: string;
	passwordFile?: string;
}

export const key = command<Options>({
	command: "key <action>",
	describe: "make a key, import one, or show its address; keys are kept in password-protected keystore files",
	examples: [
		["umpire key new --keystore key.json", "asks for a password"],
		["umpire key import --keystore key.json", "takes the key of UMPIRE_PRIVATE_KEY, or asks for it"],
		["umpire key address --keystore key.json", "or, without --keystore, of UMPIRE_PRIVATE_KEY"],
	],
	options: (yargs) =>
		withKeystore(yargs).positional("action", {
			choices: ["new", "import", "address"] as const,
			demandOption: true,
		}),
	async run({ action, json, keystore, passwordFile }) {
		const { addressOfKey, importKey, newKey } = await import("@umpire/store/keys.ts");
		if (action === "address") {
			const address = await addressOfKey({ keystore, passwordFile });
			return report(json, { address }, () => address);
		}
		const make = action === "new" ? newKey : importKey;
		const address = await make({ keystore, passwordFile });
		report(json, { address, keystore }, () => address);
		progress(
			`The key is in ${keystore}. Without this file and its password it is lost: keep copies of both.`,
		);
	},
});
