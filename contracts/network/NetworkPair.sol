// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {IBeacon} from "../interfaces/IBeacon.sol";
import {JobsParameters} from "../interfaces/IJobs.sol";
import {IMarket} from "../interfaces/IMarket.sol";
import {WorkersParameters} from "../interfaces/IWorkers.sol";
import {Jobs} from "./Jobs.sol";
import {Workers} from "./Workers.sol";

/// @title Deploys a list of workers and its jobs, bound to each other
/// @dev Workers are bound by whoever has deployed them. Where that is done in one transaction, anybody may send it: it
/// is what gives them the same addresses on every chain, and leaves no moment in which they are not bound.
contract NetworkPair {
	Workers public immutable workers;
	Jobs public immutable jobs;

	constructor(IMarket market, IBeacon beacon, WorkersParameters memory ofWorkers, JobsParameters memory ofJobs) {
		workers = new Workers(market, ofWorkers);
		jobs = new Jobs(market, beacon, workers, ofJobs);
		workers.bind(address(jobs));
	}
}
