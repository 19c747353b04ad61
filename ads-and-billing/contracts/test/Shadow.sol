// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ComputePool} from "../ComputePool.sol";
import {People} from "./People.sol";
import {vm} from "./Vm.sol";

/// The books as they should be, kept from what went well and by rules of their own, without asking the pool; and the check that
/// the pool says the same and that nobody has more or less than he agreed to.
abstract contract Shadow is People {
    struct Account {
        uint256 deposited;
        uint256 spent;
        uint256 exited;
        uint256 exiting;
        uint256 exitReadyAt;
        uint256 delegate; // number
        uint256 delegations;
    }

    /// One call, and what it may change for each of the people.
    struct Call {
        uint256[PEOPLE] before; // wealth
        uint256[PEOPLE] agreed; // wealth that goes with his consent
        uint256[PEOPLE] gained;
        bool went; // it did not revert
    }

    Account[ACCOUNTS] internal accounts;
    mapping(uint256 which => mapping(uint256 delegate => uint256)) internal countsUntil; // when replaced or revoked
    uint256[PEOPLE] internal hand; // wei
    uint256[PEOPLE] internal had; // claimed
    mapping(uint64 epoch => uint256[PEOPLE]) internal leaves; // cumulative, of final roots
    uint64 internal epoch; // the last final one
    uint256 internal forced; // ether that came without being asked for

    function unspentOf(Account storage a) internal view returns (uint256) {
        return a.deposited - a.exited - a.spent;
    }

    function spentByAll() internal view returns (uint256 total) {
        for (uint256 i = 0; i < ACCOUNTS; i++) total += accounts[i].spent;
    }

    function spend(uint256 which, uint256 amount, Call memory call) internal {
        accounts[which].spent += amount;
        call.agreed[which % PEOPLE] += amount;
    }

    function nameDelegate(uint256 which, uint256 next) internal {
        Account storage a = accounts[which];
        if (a.delegate != 0) countsUntil[which][a.delegate] = block.timestamp + DELAY;
        a.delegate = next;
        a.delegations++;
    }

    function least(uint256 a, uint256 b) internal pure returns (uint256) {
        return a < b ? a : b;
    }

    function least(uint256 a, uint256 b, uint256 c) internal pure returns (uint256) {
        return least(a, least(b, c));
    }

    // --- Each call

    function begin() internal view returns (Call memory call) {
        call.before = wealth();
    }

    /// @param good it had to go well
    function end(Call memory call, bool good) internal view {
        vm.assertTrue(call.went == good);
        uint256[PEOPLE] memory has = wealth();
        for (uint256 i = 0; i < PEOPLE; i++) {
            uint256 due = call.before[i] + call.gained[i] - call.agreed[i];
            vm.assertEq(has[i], due, "somebody has other than what he agreed to");
        }
    }

    /// What each has on hand, unspent, and to claim, in truth.
    function wealth() private view returns (uint256[PEOPLE] memory has) {
        uint256[PEOPLE] memory earned = leaves[epoch];
        for (uint256 i = 0; i < PEOPLE; i++) has[i] = who(i).balance + earned[i] - pool.claimed(who(i));
        for (uint256 i = 0; i < ACCOUNTS; i++) {
            ComputePool.Purse memory p = pool.purse(id(i));
            has[i % PEOPLE] += p.deposited - p.exited - p.spent;
        }
    }

    // --- After any calls

    function checkBooks() external view {
        Account memory all;
        for (uint256 i = 0; i < ACCOUNTS; i++) {
            Account memory a = accounts[i];
            checkPurse(pool.purse(id(i)), a);
            vm.assertLe(a.spent + a.exited, a.deposited, "an account has spent more than it had");
            all.deposited += a.deposited;
            all.exited += a.exited;
            all.spent += a.spent;
            for (uint256 d = 1; d <= DELEGATES; d++) {
                vm.assertEq(pool.formerUntil(id(i), delegateOf(d)), countsUntil[i][d], "a former delegate's time");
            }
        }
        vm.assertEq(pool.totalDeposited(), all.deposited, "deposits");
        vm.assertEq(pool.totalExited(), all.exited, "exits");
        vm.assertEq(pool.totalSpent(), all.spent, "spendings");
        for (uint256 i = 0; i < PEOPLE; i++) {
            vm.assertEq(who(i).balance, hand[i], "on hand");
            vm.assertEq(pool.claimed(who(i)), had[i], "claimed");
        }
        vm.assertEq(pool.totalClaimed(), sum(had), "claims");
        vm.assertEq(pool.rootTotal(), sum(leaves[epoch]), "shared out");
        vm.assertLe(sum(had), sum(leaves[epoch]), "more is claimed than shared out");
        vm.assertLe(sum(leaves[epoch]), all.spent, "more is shared out than spent");
        vm.assertEq(address(pool).balance, all.deposited - all.exited - sum(had) + forced, "the contract's balance");
    }

    function checkPurse(ComputePool.Purse memory p, Account memory a) private view {
        vm.assertEq(p.deposited, a.deposited, "deposited");
        vm.assertEq(p.spent, a.spent, "spent");
        vm.assertEq(p.exited, a.exited, "exited");
        vm.assertEq(p.exiting, a.exiting, "exiting");
        vm.assertEq(p.exitReadyAt, a.exitReadyAt, "ready at");
        vm.assertEq(p.delegate, delegateOf(a.delegate));
        vm.assertEq(p.delegations, a.delegations, "delegations");
    }
}
