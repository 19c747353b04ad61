// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ComputePool} from "../ComputePool.sol";
import {PoolFixture} from "./PoolFixture.sol";
import {vm} from "./Vm.sol";

/// A provider, or an owner, that calls back when it is paid.
contract Greedy {
    ComputePool private immutable pool;
    bytes private again;
    bool public calledBack;
    bool public gotThrough;

    constructor(ComputePool pool_) {
        pool = pool_;
    }

    function prepare(bytes calldata again_) external {
        again = again_;
    }

    function topUpAndLeave(bytes32 label, uint128 amount) external payable {
        pool.topUp{value: msg.value}(address(this), label);
        pool.requestExit(label, amount);
    }

    receive() external payable {
        calledBack = true;
        (gotThrough,) = address(pool).call(again);
    }
}

/// Roots and claims: how providers are paid.
contract RootsTest is PoolFixture {
    bytes32[] private none;

    function setUp() public override {
        super.setUp();
        topUp(alice, 100);
        authoriseDelegate(alice, key("alice"));
        redeem(alice, 60);
    }

    function test_root_isProposed_becomesFinal_andPays() public {
        bytes32 root = pair(leaf(bob, 40), leaf(stranger, 20));
        vm.expectEmit();
        emit ComputePool.RootProposed(1, root, 60, uint64(START + DELAY), "epochs/1.json");
        proposeRoot(root, 60);
        vm.warp(START + DELAY - 1);
        vm.expectRevert(ComputePool.TooEarly.selector);
        pool.finaliseRoot();
        vm.warp(START + DELAY);
        vm.expectEmit();
        emit ComputePool.RootFinalised(1, root, 60);
        pool.finaliseRoot();
        vm.expectRevert(ComputePool.NothingPending.selector);
        pool.finaliseRoot();
        vm.assertEq(pool.rootTotal(), 60);
        uint256 before = bob.balance;
        vm.expectEmit();
        emit ComputePool.Claimed(bob, 1, 40, 40);
        vm.prank(stranger);
        pool.claim(1, bob, 40, proof(leaf(stranger, 20)));
        vm.assertEq(bob.balance, before + 40);
        pool.claim(1, stranger, 20, proof(leaf(bob, 40)));
        vm.assertEq(pool.totalClaimed(), 60);
        vm.assertEq(address(pool).balance, 40);
        vm.expectRevert(ComputePool.NothingNew.selector);
        pool.claim(1, bob, 40, proof(leaf(stranger, 20)));
    }

    function test_claim_needsTheLeaf() public {
        makeFinal(pair(leaf(bob, 40), leaf(stranger, 20)), 60);
        bytes32[] memory path = proof(leaf(stranger, 20));
        vm.expectRevert(ComputePool.BadProof.selector);
        pool.claim(1, bob, 41, path);
        vm.expectRevert(ComputePool.BadProof.selector);
        pool.claim(1, alice, 40, path);
        vm.expectRevert(ComputePool.BadProof.selector);
        pool.claim(2, bob, 40, path); // there is no such epoch
        vm.expectRevert(ComputePool.BadProof.selector);
        pool.claim(1, bob, 40, none);
    }

    function test_claims_areCumulative_andOldRootsStayGood_asFarAsTheirTotals() public {
        makeFinal(pair(leaf(bob, 10), leaf(stranger, 20)), 30);
        makeFinal(pair(leaf(bob, 25), leaf(stranger, 35)), 60);
        uint256 before = bob.balance;
        pool.claim(1, bob, 10, proof(leaf(stranger, 20)));
        pool.claim(2, bob, 25, proof(leaf(stranger, 35)));
        vm.assertEq(bob.balance, before + 25);
        vm.expectRevert(ComputePool.NothingNew.selector);
        pool.claim(1, bob, 10, proof(leaf(stranger, 20)));
        before = stranger.balance;
        vm.expectEmit();
        emit ComputePool.Claimed(stranger, 1, 5, 5); // 25 + 20 are more than 30: the newer root pays the rest
        pool.claim(1, stranger, 20, proof(leaf(bob, 10)));
        vm.assertEq(pool.claimed(stranger), 5);
        vm.expectRevert(ComputePool.Overdrawn.selector);
        pool.claim(1, stranger, 20, proof(leaf(bob, 10)));
        vm.expectEmit();
        emit ComputePool.Claimed(stranger, 2, 30, 35);
        pool.claim(2, stranger, 35, proof(leaf(bob, 25)));
        vm.assertEq(stranger.balance, before + 35);
    }

    function test_root_paysItsTotalAtMost_alsoWhenLaterRootsHaveMore() public {
        bytes32[] memory bobs = proof(leaf(stranger, 30));
        makeFinal(pair(leaf(bob, 55), leaf(stranger, 30)), 30); // its leaves are a lie
        makeFinal(leaf(alice, 30), 60);
        uint256 before = bob.balance;
        pool.claim(1, bob, 55, bobs);
        vm.assertEq(bob.balance, before + 30, "although the newest total would do");
        vm.expectRevert(ComputePool.Overdrawn.selector);
        pool.claim(1, bob, 55, bobs);
        vm.expectRevert(ComputePool.Overdrawn.selector);
        pool.claim(1, stranger, 30, proof(leaf(bob, 55)));
        pool.claim(2, alice, 30, none);
        vm.expectRevert(ComputePool.Overdrawn.selector); // more was paid than the first root's total
        pool.claim(1, bob, 55, bobs);
    }

    /// A root too large by one wei must not lock the last of those whom it pays.
    function test_shortfall_isPaidInPart_andTheRestByALaterRoot() public {
        makeFinal(pair(leaf(bob, 21), leaf(stranger, 20)), 40);
        pool.claim(1, bob, 21, proof(leaf(stranger, 20)));
        uint256 before = stranger.balance;
        pool.claim(1, stranger, 20, proof(leaf(bob, 21)));
        vm.assertEq(stranger.balance, before + 19);
        vm.assertEq(pool.claimed(stranger), 19);
        vm.assertEq(pool.totalClaimed(), 40);
        makeFinal(pair(leaf(bob, 30), leaf(stranger, 30)), 60);
        pool.claim(2, stranger, 30, proof(leaf(bob, 30)));
        pool.claim(2, bob, 30, proof(leaf(stranger, 30)));
        vm.assertEq(stranger.balance, before + 30);
        vm.assertEq(pool.totalClaimed(), 60);
    }

    function refused(bytes4 because, uint64 epoch, bytes32 root, uint256 total) private {
        bytes[] memory signatures = quorum(rootHash(epoch, root, total, "x"), THRESHOLD);
        vm.expectRevert(because);
        pool.proposeRoot(epoch, root, total, "x", signatures);
    }

    function test_root_isRefused() public {
        makeFinal(leaf(bob, 40), 40);
        refused(ComputePool.BadEpoch.selector, 1, leaf(bob, 50), 50);
        refused(ComputePool.BadEpoch.selector, 3, leaf(bob, 50), 50);
        refused(ComputePool.BadRoot.selector, 2, 0, 50);
        refused(ComputePool.BadTotal.selector, 2, leaf(bob, 39), 39);
        refused(ComputePool.BadTotal.selector, 2, leaf(bob, 61), 61);
        bytes32 root = leaf(bob, 50);
        bytes[] memory signatures = quorum(rootHash(2, root, 50, "x"), THRESHOLD);
        vm.expectRevert(ComputePool.NoQuorum.selector);
        pool.proposeRoot(2, root, 50, "y", signatures);
        signatures = quorum(rootHash(2, root, 50, "x"), THRESHOLD - 1);
        vm.expectRevert(ComputePool.NoQuorum.selector);
        pool.proposeRoot(2, root, 50, "x", signatures);
    }

    function test_newerProposal_takesThePlace_waitsAnew_andTheOlderOneCannotReturn() public {
        bytes32 wrong = leaf(stranger, 60);
        bytes32 right = leaf(bob, 60);
        bytes[] memory old = quorum(rootHash(1, wrong, 60, "epochs/1.json"), THRESHOLD);
        proposeRoot(wrong, 60);
        vm.warp(START + DELAY - 1);
        proposeRoot(right, 60);
        vm.expectRevert(ComputePool.ProposedBefore.selector);
        pool.proposeRoot(1, wrong, 60, "epochs/1.json", old);
        vm.warp(START + DELAY);
        vm.expectRevert(ComputePool.TooEarly.selector);
        pool.finaliseRoot();
        vm.warp(START + 2 * DELAY - 1);
        pool.finaliseRoot();
        pool.claim(1, bob, 60, none);
    }

    function test_providerThatCallsBack_isPaidOnce() public {
        Greedy greedy = new Greedy(pool);
        makeFinal(leaf(address(greedy), 30), 30);
        greedy.prepare(abi.encodeCall(pool.claim, (1, address(greedy), 30, none)));
        pool.claim(1, address(greedy), 30, none);
        vm.assertTrue(greedy.calledBack());
        vm.assertFalse(greedy.gotThrough());
        vm.assertEq(address(greedy).balance, 30);
    }

    function test_providerThatCallsBack_canNotLeaveMeanwhile() public {
        Greedy greedy = new Greedy(pool);
        greedy.topUpAndLeave{value: 10}(LABEL, 10);
        makeFinal(leaf(address(greedy), 30), 30);
        greedy.prepare(abi.encodeCall(pool.exit, (address(greedy), LABEL)));
        pool.claim(1, address(greedy), 30, none);
        vm.assertTrue(greedy.calledBack());
        vm.assertFalse(greedy.gotThrough());
        pool.exit(address(greedy), LABEL); // its call back is refused: nothing is pending any more
        vm.assertFalse(greedy.gotThrough());
        vm.assertEq(address(greedy).balance, 40);
        vm.assertEq(address(pool).balance, 70);
    }

    function test_providerThatTakesNoEther_keepsHisClaim_andHindersNobody() public {
        address mute = address(new Mute());
        makeFinal(pair(leaf(mute, 30), leaf(bob, 30)), 60);
        vm.expectRevert();
        pool.claim(1, mute, 30, proof(leaf(bob, 30)));
        vm.assertEq(pool.claimed(mute), 0);
        pool.claim(1, bob, 30, proof(leaf(mute, 30)));
    }

    function test_etherByForce_isNobodys() public {
        vm.deal(address(pool), address(pool).balance + 5);
        vm.assertEq(pool.totalDeposited(), 100);
        refused(ComputePool.BadTotal.selector, 1, leaf(bob, 65), 65);
    }

    /// Finishes an epoch with these cumulative amounts; bob claims if he wants to.
    function epochOf(uint64 epoch, uint256 bobs, uint256 strangers, bool claims) private {
        makeFinal(pair(leaf(bob, bobs), leaf(stranger, strangers)), bobs + strangers);
        if (claims && bobs > pool.claimed(bob)) pool.claim(epoch, bob, bobs, proof(leaf(stranger, strangers)));
    }

    function testFuzz_whoClaimsLater_getsTheSame(uint8[3] calldata bobs, uint8[3] calldata strangers, bool[2] calldata claims)
        public
    {
        uint256 before = bob.balance;
        (uint256 a, uint256 b) = (0, 0);
        for (uint64 i = 0; i < 3; i++) {
            (a, b) = (a + bobs[i] % 10, b + strangers[i] % 10);
            epochOf(i + 1, a, b, i == 2 || claims[i]);
        }
        vm.assertEq(bob.balance, before + a);
    }
}

/// Takes no ether.
contract Mute {}
