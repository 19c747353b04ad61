// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ComputePool} from "../ComputePool.sol";
import {OwnedWallet} from "./OwnedWallet.sol";
import {PoolFixture} from "./PoolFixture.sol";
import {vm} from "./Vm.sol";

/// Deploying, top-ups, exits, delegates.
contract CustomersTest is PoolFixture {
    function test_constructor_refusesBadTerms() public {
        address[] memory signers = signerAddresses();
        vm.expectRevert(ComputePool.BadSigners.selector);
        new ComputePool(signers, 0, DELAY, EPOCH, CAP);
        vm.expectRevert(ComputePool.BadSigners.selector);
        new ComputePool(signers, 4, DELAY, EPOCH, CAP);
        vm.expectRevert(ComputePool.BadEpochLength.selector);
        new ComputePool(signers, 2, DELAY, DELAY - 1, CAP);
        signers[1] = signers[0];
        vm.expectRevert(ComputePool.BadSigners.selector);
        new ComputePool(signers, 2, DELAY, EPOCH, CAP);
        signers[0] = address(0);
        vm.expectRevert(ComputePool.BadSigners.selector);
        new ComputePool(signers, 2, DELAY, EPOCH, CAP);
    }

    function test_terms_canBeRead() public view {
        vm.assertEq(pool.delay(), DELAY);
        vm.assertEq(pool.epochLength(), EPOCH);
        vm.assertEq(pool.cap(), CAP);
        vm.assertEq(pool.threshold(), THRESHOLD);
        vm.assertEq(keccak256(abi.encode(pool.signers())), keccak256(abi.encode(signerAddresses())));
    }

    function test_plainTransfer_isRefused() public {
        (bool done,) = address(pool).call{value: 1}("");
        vm.assertFalse(done);
    }

    function test_topUp_isAnyones_forTheOwnersAccount() public {
        vm.expectEmit();
        emit ComputePool.Deposited(account(alice), LABEL, alice, stranger, 3);
        vm.prank(stranger);
        pool.topUp{value: 3}(alice, LABEL);
        topUp(alice, 4);
        vm.assertEq(unspent(alice), 7);
        vm.assertEq(pool.totalDeposited(), 7);
        vm.assertEq(pool.purse(pool.accountOf(alice, "another")).deposited, 0);
    }

    function test_topUp_refuses() public {
        vm.expectRevert(ComputePool.NoAmount.selector);
        pool.topUp(alice, LABEL);
        vm.expectRevert(ComputePool.NoOwner.selector);
        pool.topUp{value: 1}(address(0), LABEL);
        vm.expectRevert(ComputePool.NoLabel.selector);
        pool.topUp{value: 1}(alice, 0);
    }

    function test_topUp_beyond128Bits_isRefused_notCut() public {
        vm.deal(stranger, type(uint256).max);
        vm.prank(stranger);
        vm.expectRevert();
        pool.topUp{value: uint256(type(uint128).max) + 1}(alice, LABEL);
        topUp(alice, 1);
        vm.prank(stranger);
        vm.expectRevert();
        pool.topUp{value: type(uint128).max}(alice, LABEL);
    }

    function requestExit(uint128 amount) private {
        vm.prank(alice);
        pool.requestExit(LABEL, amount);
    }

    function test_exit_paysTheOwner_afterTheDelay_byAnybody() public {
        topUp(alice, 10);
        uint256 before = alice.balance;
        vm.expectEmit();
        emit ComputePool.ExitRequested(account(alice), LABEL, alice, 4, uint64(START + DELAY));
        requestExit(4);
        vm.warp(START + DELAY - 1);
        vm.expectRevert(ComputePool.TooEarly.selector);
        pool.exit(alice, LABEL);
        vm.warp(START + DELAY);
        vm.expectEmit();
        emit ComputePool.Exited(account(alice), LABEL, alice, 4, 4);
        vm.prank(stranger);
        pool.exit(alice, LABEL);
        vm.assertEq(alice.balance, before + 4);
        vm.assertEq(unspent(alice), 6);
        vm.assertEq(pool.totalExited(), 4);
        vm.expectRevert(ComputePool.NothingPending.selector);
        pool.exit(alice, LABEL);
    }

    function test_exit_isForTheOwnerOnly_andForWhatIsUnspent() public {
        topUp(alice, 10);
        vm.prank(stranger);
        vm.expectRevert(ComputePool.NotEnough.selector); // of his own account of that label
        pool.requestExit(LABEL, 1);
        vm.prank(alice);
        vm.expectRevert(ComputePool.NotEnough.selector);
        pool.requestExit(LABEL, 11);
        vm.prank(alice);
        vm.expectRevert(ComputePool.NoAmount.selector);
        pool.requestExit(LABEL, 0);
        requestExit(1);
        vm.prank(alice);
        vm.expectRevert(ComputePool.ExitPending.selector);
        pool.requestExit(LABEL, 1);
    }

    function test_exit_cancelled_canBeAskedForAgain_andWaitsAnew() public {
        topUp(alice, 10);
        requestExit(10);
        vm.warp(START + 1);
        vm.expectEmit();
        emit ComputePool.ExitCancelled(account(alice), LABEL, 10);
        vm.prank(alice);
        pool.cancelExit(LABEL);
        vm.prank(alice);
        vm.expectRevert(ComputePool.NothingPending.selector);
        pool.cancelExit(LABEL);
        requestExit(10);
        vm.warp(START + DELAY);
        vm.expectRevert(ComputePool.TooEarly.selector);
        pool.exit(alice, LABEL);
    }

    function test_exit_ofWhatWasSpentMeanwhile_paysTheRest_orNothing() public {
        topUp(alice, 10);
        authoriseDelegate(alice, key("alice"));
        requestExit(10);
        redeem(alice, 7);
        vm.warp(START + DELAY);
        uint256 before = alice.balance;
        pool.exit(alice, LABEL);
        vm.assertEq(alice.balance, before + 3);
        topUp(alice, 5);
        requestExit(5);
        redeem(alice, 12);
        vm.warp(START + 2 * DELAY);
        vm.expectEmit();
        emit ComputePool.Exited(account(alice), LABEL, alice, 0, 5);
        pool.exit(alice, LABEL);
        vm.assertEq(alice.balance, before + 3 - 5);
    }

    function test_authorise_byTheOwnersSignature_whoeverBringsIt() public {
        bytes memory signature = delegation(key("alice"), account(alice), delegate, 0);
        vm.expectEmit();
        emit ComputePool.Authorised(account(alice), delegate);
        vm.prank(stranger);
        pool.authorise(alice, LABEL, delegate, signature);
        vm.assertEq(pool.purse(account(alice)).delegate, delegate);
        vm.expectRevert(ComputePool.BadSignature.selector); // a second time
        pool.authorise(alice, LABEL, delegate, signature);
    }

    function test_authorise_refusesAllOtherSignatures() public {
        bytes32 id = account(alice);
        bytes[6] memory wrong = [
            delegation(key("stranger"), id, delegate, 0),
            delegation(key("alice"), id, stranger, 0),
            delegation(key("alice"), id, delegate, 1),
            delegation(key("alice"), account(bob), delegate, 0),
            voucher(key("alice"), id, uint160(delegate)),
            bytes("")
        ];
        for (uint256 i = 0; i < wrong.length; i++) {
            vm.expectRevert(ComputePool.BadSignature.selector);
            pool.authorise(alice, LABEL, delegate, wrong[i]);
        }
        bytes memory none = delegation(key("alice"), id, address(0), 0);
        vm.expectRevert(ComputePool.NoDelegate.selector);
        pool.authorise(alice, LABEL, address(0), none);
    }

    function test_revoke_voidsDelegationsNotYetBrought_atOnce() public {
        authoriseDelegate(alice, key("alice"));
        bytes memory later = delegation(key("alice"), account(alice), stranger, 1);
        revoke();
        vm.expectRevert(ComputePool.BadSignature.selector);
        pool.authorise(alice, LABEL, stranger, later);
    }

    function revoke() private {
        vm.prank(alice);
        pool.revoke(LABEL);
    }

    function replaceByBob() private {
        bytes32 id = account(alice);
        pool.authorise(alice, LABEL, bob, delegation(key("alice"), id, bob, pool.purse(id).delegations));
    }

    /// @param because after the delay the old delegate's voucher is refused so
    function oldVouchersCountForTheDelay(bytes4 because) private {
        vm.assertEq(pool.formerUntil(account(alice), delegate), START + DELAY);
        redeem(alice, 1);
        vm.warp(START + DELAY);
        redeem(alice, 2);
        vm.warp(START + DELAY + 1);
        bytes memory late = voucher(key("delegate"), account(alice), 3);
        vm.expectRevert(because);
        pool.redeem(alice, LABEL, 3, late);
        vm.assertEq(pool.totalSpent(), 2);
    }

    function test_revoked_delegatesVouchers_countForTheDelay() public {
        topUp(alice, 10);
        authoriseDelegate(alice, key("alice"));
        revoke();
        oldVouchersCountForTheDelay(ComputePool.NoDelegate.selector);
    }

    function test_anotherDelegate_takesThePlace_andTheOldOnesVouchersCountForTheDelay() public {
        topUp(alice, 10);
        authoriseDelegate(alice, key("alice"));
        replaceByBob();
        oldVouchersCountForTheDelay(ComputePool.BadSignature.selector);
        pool.redeem(alice, LABEL, 4, voucher(key("bob"), account(alice), 4));
        vm.assertEq(unspent(alice), 6);
    }

    function test_vouchers_ofOldAndNewDelegates_areOneSum() public {
        topUp(alice, 10);
        authoriseDelegate(alice, key("alice"));
        replaceByBob();
        pool.redeem(alice, LABEL, 5, voucher(key("bob"), account(alice), 5));
        bytes memory less = voucher(key("delegate"), account(alice), 4);
        vm.expectRevert(ComputePool.NothingNew.selector);
        pool.redeem(alice, LABEL, 4, less);
        redeem(alice, 6);
        vm.assertEq(pool.totalSpent(), 6);
    }

    function test_formerDelegate_isOneOfThatAccountOnly_andWhoNeverWasIsNone() public {
        topUp(alice, 10);
        authoriseDelegate(alice, key("alice"));
        revoke();
        bytes memory others = voucher(key("stranger"), account(alice), 1);
        vm.expectRevert(ComputePool.NoDelegate.selector);
        pool.redeem(alice, LABEL, 1, others);
        vm.expectRevert(ComputePool.NoDelegate.selector); // no signature has no signer
        pool.redeem(alice, LABEL, 1, "");
        topUp(bob, 10);
        bytes memory bobs = voucher(key("delegate"), account(bob), 1);
        vm.expectRevert(ComputePool.NoDelegate.selector);
        pool.redeem(bob, LABEL, 1, bobs);
        revoke(); // again, with nobody to revoke
        vm.assertEq(pool.formerUntil(account(alice), address(0)), 0);
    }

    function test_delegateNamedAgain_countsWithoutEnd() public {
        topUp(alice, 10);
        authoriseDelegate(alice, key("alice"));
        replaceByBob();
        authoriseDelegate(alice, key("alice"));
        vm.warp(START + DELAY + 1);
        redeem(alice, 1);
        bytes memory bobs = voucher(key("bob"), account(alice), 2);
        vm.expectRevert(ComputePool.BadSignature.selector);
        pool.redeem(alice, LABEL, 2, bobs);
    }

    /// Whoever owes can't leave by revoking first: the voucher is brought before the exit is ready.
    function test_revoke_thenExit_doesNotOutrunTheVoucher() public {
        topUp(alice, 10);
        authoriseDelegate(alice, key("alice"));
        bytes memory owed = voucher(key("delegate"), account(alice), 7);
        revoke();
        requestExit(10);
        vm.warp(START + DELAY - 1);
        vm.expectRevert(ComputePool.TooEarly.selector);
        pool.exit(alice, LABEL);
        pool.redeem(alice, LABEL, 7, owed);
        vm.warp(START + DELAY);
        pool.exit(alice, LABEL);
        vm.assertEq(alice.balance, 1000 ether - 7);
    }

    function test_smartWallet_isAnOwner_byErc1271() public {
        address wallet = address(new OwnedWallet(alice));
        bytes32 id = account(wallet);
        bytes memory strangers = delegation(key("stranger"), id, delegate, 0);
        vm.expectRevert(ComputePool.BadSignature.selector);
        pool.authorise(wallet, LABEL, delegate, strangers);
        pool.authorise(wallet, LABEL, delegate, delegation(key("alice"), id, delegate, 0));
        vm.assertEq(pool.purse(id).delegate, delegate);
    }

    function testFuzz_unspent_isWhatCameLessWhatWent(uint96 paid, uint128 asked, uint128 spent) public {
        vm.assume(paid > 0);
        vm.deal(alice, paid);
        topUp(alice, paid);
        authoriseDelegate(alice, key("alice"));
        if (asked > 0 && asked <= paid) requestExit(asked);
        if (spent > 0) redeem(alice, spent);
        vm.warp(START + DELAY);
        if (asked > 0 && asked <= paid) pool.exit(alice, LABEL);
        vm.assertEq(address(pool).balance, unspent(alice) + pool.totalSpent());
        vm.assertEq(alice.balance + address(pool).balance, paid);
        vm.assertEq(pool.totalSpent(), spent < paid ? spent : paid);
    }
}
