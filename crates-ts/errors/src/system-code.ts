import { UmpireError } from "./umpire-error.ts";

/**
 * What the operating system or Node.js calls a failure, as in ENOENT or ERR_FS_FILE_TOO_LARGE; undefined for any other,
 * those with a code of Umpire's among them.
 */
export function systemCodeOf(error: unknown): string | undefined {
	if (!(error instanceof Error) || error instanceof UmpireError || !("code" in error)) return undefined;
	const code = String(error.code);
	return /^E[A-Z0-9_]+$/.test(code) ? code : undefined;
}
