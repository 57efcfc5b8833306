/** Why a wallet or the server did not do it, in one line. */
export function reasonOf(error: unknown): string {
	for (let one: unknown = error; one instanceof Error; one = one.cause) {
		// EIP-1193: the visitor said no.
		if ((one as { readonly code?: unknown }).code === 4001 || one.name === "UserRejectedRequestError")
			return DECLINED;
	}
	if (!(error instanceof Error)) return "It did not work.";
	const { shortMessage } = error as { readonly shortMessage?: unknown };
	return (typeof shortMessage === "string" ? shortMessage : error.message).split("\n")[0] ?? "";
}

export const DECLINED = "You declined in your wallet. Nothing was sent.";
