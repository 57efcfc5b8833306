import { type HDAccount, mnemonicToAccount } from "viem/accounts";

/** The mnemonic that Hardhat's chains fund: twenty accounts, which the node also signs for. */
const MNEMONIC = "test test test test test test test test test test test junk";

export const accountAt = (addressIndex: number): HDAccount => mnemonicToAccount(MNEMONIC, { addressIndex });

/** Who acts in a game, by the index of its account; submitters and verifiers have one per program. */
export const SEATS = { deployer: 0, requester: 1, submitter: 2, verifier: 5, adversary: 10, accomplice: 11 };
