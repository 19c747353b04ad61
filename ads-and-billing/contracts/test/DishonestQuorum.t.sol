// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ComputePool} from "../ComputePool.sol";
import {Conspiracy} from "./Conspiracy.sol";
import {PoolFixture} from "./PoolFixture.sol";
import {vm} from "./Vm.sol";

/// The most that a fully dishonest quorum takes: what is spent and not yet claimed when its root becomes final, plus, of each
/// account without a delegate whose owner doesn't ask for all that is unspent within the delay, the smaller of the cap and what is unspent, once an
/// epoch length. Here it takes exactly that.
contract DishonestQuorumTest is PoolFixture {
    address private immutable carol = person("carol");
    address private immutable dave = person("dave");
    address private immutable provider = person("provider");
    address private immutable thief = person("thief");
    bytes32[] private none;

    function setUp() public override {
        super.setUp();
        (bytes32 honest, uint256 earned) = (leaf(provider, 0.1 ether), 0.1 ether);
        vm.deal(carol, 10 ether);
        vm.deal(dave, 10 ether);
        topUp(alice, 2.5 ether); // without a delegate, and asleep
        topUp(bob, 0.25 ether); // so is he
        topUp(carol, 5 ether); // has a delegate
        topUp(dave, 5 ether); // watches
        authoriseDelegate(carol, key("carol"));
        redeem(carol, 0.5 ether);
        makeFinal(honest, earned); // the last honest root
        pool.claim(1, provider, earned, none);
    }

    function everybody() private view returns (ComputePool.Posting[] memory postings) {
        address[4] memory owners = [alice, bob, carol, dave];
        postings = new ComputePool.Posting[](4);
        for (uint256 i = 0; i < 4; i++) {
            uint256 place = i;
            while (place > 0 && account(postings[place - 1].owner) > account(owners[i])) {
                postings[place] = postings[place - 1];
                place--;
            }
            postings[place] = ComputePool.Posting(owners[i], LABEL, type(uint128).max);
        }
    }

    /// @return taken in one epoch
    function steal() private returns (uint256 taken) {
        uint256 before = thief.balance;
        uint256 start = block.timestamp;
        propose(everybody());
        uint128 daves = uint128(unspent(dave));
        if (daves > 0) {
            vm.warp(start + DELAY - 1);
            vm.prank(dave);
            pool.requestExit(LABEL, daves);
        }
        vm.warp(start + DELAY);
        pool.applySpending(everybody());
        uint256 all = pool.totalSpent() - pool.totalClaimed() + thief.balance;
        makeFinal(leaf(thief, all), pool.totalSpent());
        pool.claim(pool.epoch(), thief, all, none);
        taken = thief.balance - before;
        vm.warp(start + EPOCH);
    }

    function test_theMost_isReached() public {
        vm.assertEq(steal(), 0.4 ether + CAP + 0.25 ether, "spent and unclaimed, alice's cap, bob's all");
        pool.exit(dave, LABEL);
        vm.assertEq(steal(), CAP, "alice's cap again");
        vm.assertEq(steal(), 0.5 ether, "alice's rest");
        vm.assertEq(postAgain(), 0, "nothing is left");
        vm.assertEq(dave.balance, 10 ether);
        vm.assertEq(unspent(carol), 4.5 ether);
        vm.assertEq(address(pool).balance, 4.5 ether);
    }

    /// As above, where there is nothing to claim.
    function postAgain() private returns (uint256) {
        propose(everybody());
        vm.warp(block.timestamp + DELAY);
        pool.applySpending(everybody());
        return pool.totalSpent() - pool.totalClaimed();
    }
}

/// That it is never more, whatever the order of events.
contract DishonestQuorumInvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Conspiracy private conspiracy;

    function setUp() public {
        conspiracy = new Conspiracy();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(conspiracy);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory selectors) {
        selectors = new FuzzSelector[](1);
        selectors[0] = FuzzSelector(address(conspiracy), conspiracy.actions());
    }

    function invariant_theThiefHasNoMoreThanTheBound() public view {
        conspiracy.checkBound();
    }
}
