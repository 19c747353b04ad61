// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {PoolFixture} from "./PoolFixture.sol";
import {vm} from "./Vm.sol";

/// Four people, each a customer with two accounts and a provider; three keys that any of them may name as delegate; the trees that
/// pay the four.
abstract contract People is PoolFixture {
    uint256 internal constant PEOPLE = 4;
    uint256 internal constant ACCOUNTS = 2 * PEOPLE; // number i and i + PEOPLE are of one owner, under two labels
    uint256 internal constant DELEGATES = 3; // numbers 1 to 3; 0 is nobody

    address[PEOPLE] private people;
    address[DELEGATES + 1] private delegates;

    constructor() {
        setUp();
        for (uint256 i = 0; i < PEOPLE; i++) people[i] = vm.addr(personKey(i));
        for (uint256 i = 1; i <= DELEGATES; i++) delegates[i] = vm.addr(delegateKey(i));
    }

    function personKey(uint256 i) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("person", i % PEOPLE)));
    }

    function delegateKey(uint256 number) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("delegate", number)));
    }

    function delegateOf(uint256 number) internal view returns (address) {
        return delegates[number];
    }

    /// Also the owner of the account of that number.
    function who(uint256 i) internal view returns (address) {
        return people[i % PEOPLE];
    }

    function labelOf(uint256 which) internal pure returns (bytes32) {
        return which < PEOPLE ? bytes32("acct_1") : bytes32("acct_2");
    }

    function id(uint256 which) internal view returns (bytes32) {
        return keccak256(abi.encode(who(which), labelOf(which)));
    }

    /// The numbers of accounts that have a bit in `whose`, by ascending account.
    function some(uint256 whose) internal view returns (uint256[] memory numbers) {
        uint256 count;
        for (uint256 i = 0; i < ACCOUNTS; i++) count += (whose >> i) & 1;
        numbers = new uint256[](count);
        count = 0;
        for (uint256 i = 0; i < ACCOUNTS; i++) {
            if ((whose >> i) & 1 == 0) continue;
            uint256 place = count++;
            for (; place > 0 && id(numbers[place - 1]) > id(i); place--) numbers[place] = numbers[place - 1];
            numbers[place] = i;
        }
    }

    // --- Trees of four leaves

    function sum(uint256[PEOPLE] memory amounts) internal pure returns (uint256 total) {
        for (uint256 i = 0; i < PEOPLE; i++) total += amounts[i];
    }

    function rootOf(uint256[PEOPLE] memory amounts) internal view returns (bytes32) {
        return pair(half(amounts, 0), half(amounts, 2));
    }

    function half(uint256[PEOPLE] memory amounts, uint256 from) private view returns (bytes32) {
        return pair(leaf(who(from), amounts[from]), leaf(who(from + 1), amounts[from + 1]));
    }

    function path(uint256[PEOPLE] memory amounts, uint256 i) internal view returns (bytes32[] memory siblings) {
        siblings = new bytes32[](2);
        siblings[0] = leaf(who(i ^ 1), amounts[i ^ 1]);
        siblings[1] = half(amounts, i < 2 ? 2 : 0);
    }
}
