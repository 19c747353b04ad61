// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ComputePool} from "../ComputePool.sol";
import {PoolFixture} from "./PoolFixture.sol";
import {Vm, vm} from "./Vm.sol";

/// Vouchers and postings: how the contract learns what was spent.
contract SpendingTest is PoolFixture {
    function test_redeem_isCumulative_andAnyones() public {
        topUp(alice, 10);
        authoriseDelegate(alice, key("alice"));
        bytes memory three = voucher(key("delegate"), account(alice), 3);
        vm.expectEmit();
        emit ComputePool.Spent(account(alice), LABEL, 3, 3, true);
        vm.prank(stranger);
        pool.redeem(alice, LABEL, 3, three);
        vm.expectEmit();
        emit ComputePool.Spent(account(alice), LABEL, 2, 5, true);
        redeem(alice, 5);
        vm.assertEq(pool.totalSpent(), 5);
        vm.expectRevert(ComputePool.NothingNew.selector); // an older one
        pool.redeem(alice, LABEL, 3, three);
    }

    function test_redeem_ofMoreThanIsThere_takesWhatIs_andTheRestOfALaterTopUp() public {
        topUp(alice, 10);
        authoriseDelegate(alice, key("alice"));
        redeem(alice, 12);
        vm.assertEq(unspent(alice), 0);
        bytes memory twelve = voucher(key("delegate"), account(alice), 12);
        vm.expectRevert(ComputePool.NothingNew.selector);
        pool.redeem(alice, LABEL, 12, twelve);
        topUp(alice, 10);
        pool.redeem(alice, LABEL, 12, twelve);
        vm.assertEq(unspent(alice), 8);
    }

    function test_redeem_refusesAllOtherSignatures() public {
        topUp(alice, 10);
        bytes32 id = account(alice);
        bytes memory good = voucher(key("delegate"), id, 3);
        vm.expectRevert(ComputePool.NoDelegate.selector);
        pool.redeem(alice, LABEL, 3, good);
        authoriseDelegate(alice, key("alice"));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(
            key("delegate"), digest(keccak256(abi.encode(keccak256("Voucher(bytes32 account,uint256 spent)"), id, 3)))
        );
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        bytes[6] memory wrong = [
            voucher(key("alice"), id, 3), // the owner's word is the delegation
            voucher(key("delegate"), id, 4),
            voucher(key("delegate"), account(bob), 3),
            abi.encodePacked(r, order - uint256(s), v == 27 ? uint8(28) : uint8(27)), // the same signature's other form
            abi.encodePacked(r, s), // no recovery id
            bytes("")
        ];
        for (uint256 i = 0; i < wrong.length; i++) {
            vm.expectRevert(ComputePool.BadSignature.selector);
            pool.redeem(alice, LABEL, 3, wrong[i]);
        }
    }

    function test_signatures_areGoodForOneChainAndOneContract() public {
        topUp(alice, 10);
        authoriseDelegate(alice, key("alice"));
        bytes memory here = voucher(key("delegate"), account(alice), 3);
        uint256 chain = block.chainid;
        vm.chainId(chain + 1);
        vm.expectRevert(ComputePool.BadSignature.selector);
        pool.redeem(alice, LABEL, 3, here);
        vm.chainId(chain);
        pool = deploy();
        topUp(alice, 10);
        authoriseDelegate(alice, key("alice"));
        vm.expectRevert(ComputePool.BadSignature.selector);
        pool.redeem(alice, LABEL, 3, here);
    }

    function test_posting_takesAfterTheDelay_byAnybody() public {
        topUp(alice, 10);
        topUp(bob, 10);
        ComputePool.Posting[] memory postings = postings2(alice, 3, bob, 4);
        vm.expectEmit();
        emit ComputePool.SpendingProposed(1, keccak256(abi.encode(postings)), uint64(START + DELAY));
        propose(postings);
        vm.warp(START + DELAY - 1);
        vm.expectRevert(ComputePool.TooEarly.selector);
        pool.applySpending(postings);
        vm.warp(START + DELAY);
        ComputePool.Posting[] memory others = posting(alice, 3);
        vm.expectRevert(ComputePool.BadPostings.selector);
        pool.applySpending(others);
        vm.prank(stranger);
        pool.applySpending(postings);
        vm.assertEq(unspent(alice), 7);
        vm.assertEq(unspent(bob), 6);
        vm.assertEq(pool.totalSpent(), 7);
        vm.expectRevert(ComputePool.NothingPending.selector);
        pool.applySpending(postings);
    }

    function applied(ComputePool.Posting[] memory postings) private {
        propose(postings);
        vm.warp(block.timestamp + DELAY);
        pool.applySpending(postings);
        vm.warp(block.timestamp + EPOCH - DELAY);
    }

    function test_posting_takesTheCapAtMost_eachTime() public {
        topUp(alice, 2.5 ether);
        applied(posting(alice, type(uint128).max));
        vm.assertEq(unspent(alice), 1.5 ether);
        applied(posting(alice, type(uint128).max));
        vm.assertEq(unspent(alice), 0.5 ether);
        applied(posting(alice, type(uint128).max));
        vm.assertEq(unspent(alice), 0);
        applied(posting(alice, type(uint128).max));
        vm.assertEq(pool.totalSpent(), 2.5 ether);
    }

    function test_posting_ofLessThanBefore_changesNothing() public {
        topUp(alice, 10);
        applied(posting(alice, 5));
        applied(posting(alice, 4));
        vm.assertEq(unspent(alice), 5);
    }

    function test_posting_leavesOut_whoHasADelegate_andWhoIsLeavingWithEverything() public {
        topUp(alice, 10);
        topUp(bob, 10);
        ComputePool.Posting[] memory postings = postings2(alice, 3, bob, 4);
        propose(postings);
        authoriseDelegate(alice, key("alice"));
        vm.prank(bob);
        pool.requestExit(LABEL, 10);
        vm.warp(START + DELAY);
        bytes32 first = pool.accountOf(postings[0].owner, LABEL);
        bytes32 second = pool.accountOf(postings[1].owner, LABEL);
        vm.expectEmit();
        emit ComputePool.Contested(first, LABEL);
        vm.expectEmit();
        emit ComputePool.Contested(second, LABEL);
        pool.applySpending(postings);
        vm.assertEq(pool.totalSpent(), 0);
        pool.exit(bob, LABEL);
        vm.assertEq(bob.balance, 1000 ether);
    }

    function posted(uint256 asked, uint128 exiting, bool cut) private returns (uint256 taken) {
        if (exiting > 0) {
            vm.prank(alice);
            pool.requestExit(LABEL, exiting);
        }
        uint256 before = pool.totalSpent();
        ComputePool.Posting[] memory postings = posting(alice, uint128(asked));
        propose(postings);
        vm.warp(block.timestamp + DELAY);
        vm.recordLogs();
        pool.applySpending(postings);
        uint256 contested = 0;
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; i++) {
            if (logs[i].topics[0] == ComputePool.Contested.selector) contested++;
        }
        vm.assertEq(contested, cut ? 1 : 0);
        vm.warp(block.timestamp + EPOCH - DELAY);
        return pool.totalSpent() - before;
    }

    function test_posting_takesWhatIsNotLeaving() public {
        topUp(alice, 10);
        vm.assertEq(posted(10, 1, true), 9, "an exit of one wei protects one wei");
        vm.assertEq(posted(10, 0, true), 0, "as long as it is under way");
        pool.exit(alice, LABEL);
        vm.assertEq(alice.balance, 1000 ether - 9);
    }

    function test_posting_ofLessThanWhatStays_isNotCut() public {
        topUp(alice, 10);
        vm.assertEq(posted(4, 6, false), 4);
        vm.assertEq(posted(4, 0, false), 0, "nothing new");
        vm.assertEq(posted(5, 0, true), 0, "all of the rest is leaving");
        topUp(alice, 3); // which no exit protects
        vm.assertEq(posted(9, 0, true), 3);
        pool.exit(alice, LABEL);
        vm.assertEq(alice.balance, 1000 ether - 7);
    }

    function test_posting_takesTheCapAtMost_whenAPartIsLeaving() public {
        topUp(alice, 2.5 ether);
        vm.assertEq(posted(3 ether, 0.25 ether, false), CAP);
        vm.assertEq(posted(3 ether, 0, false), CAP);
        vm.assertEq(posted(3 ether, 0, true), 0.25 ether);
    }

    /// An old delegate's voucher may take what an exit asked for: then there is less to post than nothing.
    function test_posting_afterAVoucherTookOfTheExit_changesNothing() public {
        topUp(alice, 10);
        authoriseDelegate(alice, key("alice"));
        vm.prank(alice);
        pool.revoke(LABEL);
        vm.prank(alice);
        pool.requestExit(LABEL, 8);
        redeem(alice, 5);
        vm.assertEq(posted(4, 0, false), 0);
        vm.assertEq(posted(6, 0, true), 0);
    }

    function test_whoLeavesWithEverything_losesNothing_howeverLateThePostingIsApplied() public {
        topUp(alice, 10);
        ComputePool.Posting[] memory postings = posting(alice, 10);
        propose(postings);
        vm.warp(START + DELAY - 1); // at the last moment
        vm.prank(alice);
        pool.requestExit(LABEL, 10);
        vm.warp(START + 2 * DELAY);
        pool.exit(alice, LABEL);
        pool.applySpending(postings);
        vm.assertEq(alice.balance, 1000 ether);
        vm.assertEq(pool.totalSpent(), 0);
    }

    function test_postings_ofOneAccountTwice_orOutOfOrder_areRefused() public {
        ComputePool.Posting[] memory postings = postings2(alice, 3, bob, 4);
        (postings[0], postings[1]) = (postings[1], postings[0]);
        bytes[] memory signatures = quorum(spendingHash(1, postings), THRESHOLD);
        vm.expectRevert(ComputePool.BadOrder.selector);
        pool.proposeSpending(1, postings, signatures);
        postings[1] = postings[0];
        signatures = quorum(spendingHash(1, postings), THRESHOLD);
        vm.expectRevert(ComputePool.BadOrder.selector);
        pool.proposeSpending(1, postings, signatures);
    }

    function test_proposals_haveNumbers_andKeepTheirDistance() public {
        ComputePool.Posting[] memory postings = posting(alice, 3);
        bytes[] memory second = quorum(spendingHash(2, postings), THRESHOLD);
        vm.expectRevert(ComputePool.BadNumber.selector);
        pool.proposeSpending(2, postings, second);
        propose(postings);
        vm.warp(START + EPOCH - 1);
        vm.expectRevert(ComputePool.TooEarly.selector);
        pool.proposeSpending(2, postings, second);
        bytes[] memory first = quorum(spendingHash(1, postings), THRESHOLD);
        vm.warp(START + EPOCH);
        vm.expectRevert(ComputePool.BadNumber.selector);
        pool.proposeSpending(1, postings, first);
        pool.proposeSpending(2, postings, second);
    }

    function test_proposal_thatNobodyApplied_isDroppedByTheNext() public {
        topUp(alice, 10);
        propose(posting(alice, 3));
        vm.warp(START + EPOCH);
        propose(posting(alice, 4));
        vm.warp(START + EPOCH + DELAY);
        ComputePool.Posting[] memory dropped = posting(alice, 3);
        vm.expectRevert(ComputePool.BadPostings.selector);
        pool.applySpending(dropped);
        pool.applySpending(posting(alice, 4));
        vm.assertEq(unspent(alice), 6);
    }

    function test_quorum_isEnoughDifferentSigners_inOrder() public {
        ComputePool.Posting[] memory postings = posting(alice, 3);
        bytes32 hash = spendingHash(1, postings);
        bytes[] memory two = quorum(hash, 2);
        bytes[] memory twice = quorum(hash, 2);
        twice[1] = twice[0];
        bytes[] memory reversed = quorum(hash, 2);
        (reversed[0], reversed[1]) = (two[1], two[0]);
        bytes[] memory withStranger = quorum(hash, 3);
        withStranger[2] = signed(key("stranger"), hash);
        bytes[] memory ofOther = quorum(spendingHash(2, postings), 2);
        bytes[] memory broken = quorum(hash, 2);
        broken[1] = hex"00";
        bytes[][6] memory wrong = [quorum(hash, 1), twice, reversed, withStranger, ofOther, broken];
        for (uint256 i = 0; i < wrong.length; i++) {
            vm.expectRevert(ComputePool.NoQuorum.selector);
            pool.proposeSpending(1, postings, wrong[i]);
        }
        pool.proposeSpending(1, postings, quorum(hash, 3));
    }

    function testFuzz_posting_takesTheLeastOfAskedCapAndWhatStays(uint96 paid, uint128 asked, uint96 before, uint96 leaving)
        public
    {
        vm.assume(paid > 0);
        vm.deal(alice, paid);
        topUp(alice, paid);
        if (before > 0) {
            authoriseDelegate(alice, key("alice"));
            redeem(alice, before);
            vm.prank(alice);
            pool.revoke(LABEL);
        }
        uint256 old = pool.totalSpent();
        leaving = uint96(leaving % (paid - old + 1));
        if (leaving > 0) {
            vm.prank(alice);
            pool.requestExit(LABEL, leaving);
        }
        applied(posting(alice, asked));
        uint256 most = old + CAP < paid - leaving ? old + CAP : paid - leaving;
        uint256 wanted = asked < most ? asked : most;
        vm.assertEq(pool.totalSpent(), wanted > old ? wanted : old);
    }
}
