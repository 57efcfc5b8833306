// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;

import {AttestationsParameters} from "../interfaces/IAttestations.sol";
import {IMarket} from "../interfaces/IMarket.sol";
import {OperatorsParameters} from "../interfaces/IQuorum.sol";
import {Attestations} from "./Attestations.sol";
import {Operators} from "./Operators.sol";

/// @title Deploys a list of operators and its attestations, bound to each other
/// @dev In one transaction, for the reasons of `NetworkPair`.
contract AttesterPair {
	Operators public immutable operators;
	Attestations public immutable attestations;

	constructor(IMarket market, OperatorsParameters memory ofOperators, AttestationsParameters memory ofAttestations) {
		operators = new Operators(market, ofOperators);
		attestations = new Attestations(market, operators, ofAttestations);
		operators.bind(address(attestations));
	}
}
