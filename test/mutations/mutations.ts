import { ACTOR_MUTATIONS } from "./actor-mutations.ts";
import { APP_MUTATIONS } from "./app-mutations.ts";
import { ATTESTER_MUTATIONS } from "./attester-mutations.ts";
import { BEACON_MUTATIONS } from "./beacon-mutations.ts";
import { BOUNTY_MUTATIONS } from "./bounty-mutations.ts";
import { CAMPAIGN_MUTATIONS } from "./campaign-mutations.ts";
import { CEREMONY_MUTATIONS } from "./ceremony-mutations.ts";
import { CERTIFICATE_MUTATIONS } from "./certificate-mutations.ts";
import { CHAIN_MUTATIONS } from "./chain-mutations.ts";
import { CIRCUIT_MUTATIONS } from "./circuit-mutations.ts";
import { COMMAND_MUTATIONS } from "./command-mutations.ts";
import { COMPILER_MUTATIONS } from "./compiler-mutations.ts";
import { COVERAGE_MUTATIONS } from "./coverage-mutations.ts";
import { DISPUTE_MUTATIONS } from "./dispute-mutations.ts";
import { EIGEN_MUTATIONS } from "./eigen-mutations.ts";
import { EVIDENCE_MUTATIONS } from "./evidence-mutations.ts";
import { GOVERNANCE_MUTATIONS } from "./governance-mutations.ts";
import { GRID_MUTATIONS } from "./grid-mutations.ts";
import { INPUT_MUTATIONS } from "./input-mutations.ts";
import { KERNEL_MUTATIONS } from "./kernel-mutations.ts";
import { LARGE_MUTATIONS } from "./large-mutations.ts";
import { MARKET_MUTATIONS } from "./market-mutations.ts";
import type { Mutation } from "./mutation.ts";
import { NETWORK_MUTATIONS } from "./network-mutations.ts";
import { ORDINARY_MUTATIONS } from "./ordinary-mutations.ts";
import { ROOM_MUTATIONS } from "./room-mutations.ts";
import { SCALE_MUTATIONS } from "./scale-mutations.ts";
import { SENDING_MUTATIONS } from "./sending-mutations.ts";
import { SERVICE_MUTATIONS } from "./service-mutations.ts";
import { TABLE_MUTATIONS } from "./table-mutations.ts";
import { TRAINING_MUTATIONS } from "./training-mutations.ts";
import { VALUE_MUTATIONS } from "./value-mutations.ts";
import { WIDTH_MUTATIONS } from "./width-mutations.ts";

/** All faults that `just mutations` tries. */
export const MUTATIONS: readonly Mutation[] = [
	...VALUE_MUTATIONS,
	...SERVICE_MUTATIONS,
	...CIRCUIT_MUTATIONS,
	...EVIDENCE_MUTATIONS,
	...INPUT_MUTATIONS,
	...DISPUTE_MUTATIONS,
	...MARKET_MUTATIONS,
	...GOVERNANCE_MUTATIONS,
	...BEACON_MUTATIONS,
	...GRID_MUTATIONS,
	...NETWORK_MUTATIONS,
	...ATTESTER_MUTATIONS,
	...EIGEN_MUTATIONS,
	...BOUNTY_MUTATIONS,
	...CEREMONY_MUTATIONS,
	...CERTIFICATE_MUTATIONS,
	...KERNEL_MUTATIONS,
	...LARGE_MUTATIONS,
	...WIDTH_MUTATIONS,
	...COMPILER_MUTATIONS,
	...CHAIN_MUTATIONS,
	...SENDING_MUTATIONS,
	...ACTOR_MUTATIONS,
	...CAMPAIGN_MUTATIONS,
	...COMMAND_MUTATIONS,
	...APP_MUTATIONS,
	...SCALE_MUTATIONS,
	...ORDINARY_MUTATIONS,
	...ROOM_MUTATIONS,
	...TABLE_MUTATIONS,
	...TRAINING_MUTATIONS,
	...COVERAGE_MUTATIONS,
];
