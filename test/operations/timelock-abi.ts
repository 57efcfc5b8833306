import { parseAbi } from "viem";

/** Of OpenZeppelin's TimelockController, what says who has which role. */
export const timelockControllerAbi = parseAbi([
	"function DEFAULT_ADMIN_ROLE() view returns (bytes32)",
	"function PROPOSER_ROLE() view returns (bytes32)",
	"function CANCELLER_ROLE() view returns (bytes32)",
	"function hasRole(bytes32 role, address account) view returns (bool)",
]);
