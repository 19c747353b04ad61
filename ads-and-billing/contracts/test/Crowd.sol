// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ComputePool} from "../ComputePool.sol";
import {PoolFixture} from "./PoolFixture.sol";
import {vm} from "./Vm.sol";

/// Four people, each a customer with two accounts and a provider, an honest quorum, and anybody: forge calls the actions in random
/// order with random numbers. Each action knows whether it must succeed, and afterwards nobody may have less than he agreed to.
contract Crowd is PoolFixture {
    uint256 private constant PEOPLE = 4;
    uint256 private constant LABELS = 2;
    uint256 private constant AMOUNT = 2 ether; // below which random amounts are; the cap is half of it

    address[PEOPLE] private people;
    uint256 public forced; // ether that came without being asked for
    mapping(uint64 epoch => uint256[PEOPLE]) private leaves; // cumulative, of final roots
    uint256[PEOPLE] private pendingLeaves;
    uint256 private roots;
    ComputePool.Posting[] private pendingPostings;

    constructor() {
        setUp();
        for (uint256 i = 0; i < PEOPLE; i++) people[i] = vm.addr(personKey(i));
        for (uint256 i = 0; i < PEOPLE; i++) {
            vm.deal(who(i), 100 ether);
            topUp(i, i, 0, 1.5 ether);
            if (i % 2 == 0) {
                authorise(i, 0, 1);
                redeem(i, 0, 0.5 ether, 1);
            }
        }
        proposeRoot(0x40404040, 1, 1);
        finaliseRoot(1);
    }

    function thePool() external view returns (ComputePool) {
        return pool;
    }

    function actions() external pure returns (bytes4[] memory selectors) {
        bytes4[13] memory all = [
            this.topUp.selector,
            this.requestExit.selector,
            this.cancelExit.selector,
            this.exit.selector,
            this.authorise.selector,
            this.revoke.selector,
            this.redeem.selector,
            this.proposeSpending.selector,
            this.applySpending.selector,
            this.proposeRoot.selector,
            this.finaliseRoot.selector,
            this.claim.selector,
            this.pass.selector
        ];
        selectors = new bytes4[](all.length);
        for (uint256 i = 0; i < all.length; i++) selectors[i] = all[i];
    }

    // --- Customers

    function topUp(uint256 payer, uint256 owner, uint256 label, uint256 amount) public {
        amount %= AMOUNT;
        uint256[PEOPLE] memory before = wealth();
        vm.prank(who(payer));
        try pool.topUp{value: amount}(who(owner), name(label)) {
            expected(amount > 0);
        } catch {
            expected(amount == 0);
        }
        uint256[PEOPLE] memory agreed;
        if (payer % PEOPLE != owner % PEOPLE) agreed[payer % PEOPLE] = amount;
        check(before, agreed);
    }

    function requestExit(uint256 owner, uint256 label, uint256 amount, bool everything) external {
        ComputePool.Purse memory p = purse(owner, label);
        uint256 most = p.deposited - p.exited - p.spent;
        amount = everything ? most : amount % AMOUNT;
        uint256[PEOPLE] memory before = wealth();
        bool good = p.exiting == 0 && amount > 0 && amount <= most;
        vm.prank(who(owner));
        try pool.requestExit(name(label), uint128(amount)) {
            expected(good);
        } catch {
            expected(!good);
        }
        check(before);
    }

    function cancelExit(uint256 owner, uint256 label) external {
        bool good = purse(owner, label).exiting > 0;
        uint256[PEOPLE] memory before = wealth();
        vm.prank(who(owner));
        try pool.cancelExit(name(label)) {
            expected(good);
        } catch {
            expected(!good);
        }
        check(before);
    }

    function exit(uint256 sender, uint256 owner, uint256 label, uint256 haste) external {
        ComputePool.Purse memory p = purse(owner, label);
        if (p.exiting > 0) await(p.exitReadyAt, haste);
        bool good = p.exiting > 0 && block.timestamp >= p.exitReadyAt;
        uint256[PEOPLE] memory before = wealth();
        vm.prank(who(sender));
        try pool.exit(who(owner), name(label)) {
            expected(good);
        } catch {
            expected(!good);
        }
        check(before);
    }

    function authorise(uint256 owner, uint256 label, uint256 flaw) public {
        bool forged = seldom(flaw);
        bytes memory signature = delegation(
            personKey(forged ? owner % PEOPLE + 1 : owner), id(owner, label), delegate, purse(owner, label).delegations
        );
        uint256[PEOPLE] memory before = wealth();
        try pool.authorise(who(owner), name(label), delegate, signature) {
            expected(!forged);
        } catch {
            expected(forged);
        }
        check(before);
    }

    function revoke(uint256 owner, uint256 label) external {
        uint256[PEOPLE] memory before = wealth();
        vm.prank(who(owner));
        pool.revoke(name(label));
        check(before);
    }

    // --- Spending

    function redeem(uint256 owner, uint256 label, uint256 more, uint256 flaw) public {
        bool forged = seldom(flaw);
        more %= AMOUNT;
        ComputePool.Purse memory p = purse(owner, label);
        bytes memory signature =
            voucher(forged ? personKey(owner) : key("delegate"), id(owner, label), p.spent + more);
        uint256[PEOPLE] memory before = wealth();
        bool good = !forged && p.delegate == delegate && more > 0 && p.spent + p.exited < p.deposited;
        try pool.redeem(who(owner), name(label), uint128(p.spent + more), signature) {
            expected(good);
        } catch {
            expected(!good);
        }
        uint256[PEOPLE] memory agreed;
        if (good) agreed[owner % PEOPLE] = more;
        check(before, agreed);
    }

    /// @param whose a bit for each account
    function proposeSpending(uint256 whose, uint256 more, uint256 flaw) external {
        ComputePool.Posting[] memory postings = someAccounts(whose, more % AMOUNT);
        (, uint64 last, uint64 readyAt) = pool.pendingSpending();
        bytes[] memory by = quorum(spendingHash(last + 1, postings), seldom(flaw) ? THRESHOLD - 1 : THRESHOLD);
        bool good = by.length >= THRESHOLD && (last == 0 || block.timestamp >= readyAt - DELAY + EPOCH);
        uint256[PEOPLE] memory before = wealth();
        try pool.proposeSpending(last + 1, postings, by) {
            expected(good);
            delete pendingPostings;
            for (uint256 i = 0; i < postings.length; i++) pendingPostings.push(postings[i]);
        } catch {
            expected(!good);
        }
        check(before);
    }

    function applySpending(uint256 haste) external {
        (bytes32 hash,, uint64 readyAt) = pool.pendingSpending();
        if (hash != 0) await(readyAt, haste);
        bool good = hash != 0 && block.timestamp >= readyAt;
        uint256[PEOPLE] memory before = wealth();
        uint256[PEOPLE] memory agreed;
        for (uint256 i = 0; good && i < PEOPLE * LABELS; i++) {
            ComputePool.Purse memory p = purse(i, i / PEOPLE);
            if (p.delegate == address(0) && p.exiting == 0) agreed[i % PEOPLE] += CAP;
        }
        try pool.applySpending(pendingPostings) {
            expected(good);
        } catch {
            expected(!good);
        }
        check(before, agreed);
    }

    // --- Providers

    /// What was spent and not shared out, by random shares.
    function proposeRoot(uint256 shares, uint256 flaw, uint256 otherFlaw) public {
        bool tooMuch = seldom(otherFlaw);
        uint256[PEOPLE] memory amounts = leaves[pool.epoch()];
        uint256 left = pool.totalSpent() - sum(amounts);
        for (uint256 i = 0; i < PEOPLE; i++) {
            uint256 share = (left * uint8(shares >> (8 * i))) / 255;
            amounts[i] += share;
            left -= share;
        }
        if (tooMuch) amounts[0] += left + 1;
        uint64 next = pool.epoch() + 1;
        // a URI of its own, since the same proposal counts once
        (bytes32 root, uint256 total, string memory uri) = (rootOf(amounts), sum(amounts), string(abi.encode(roots++)));
        bytes[] memory by = quorum(rootHash(next, root, total, uri), seldom(flaw) ? THRESHOLD - 1 : THRESHOLD);
        uint256[PEOPLE] memory before = wealth();
        try pool.proposeRoot(next, root, total, uri, by) {
            expected(!tooMuch && by.length >= THRESHOLD);
            pendingLeaves = amounts;
        } catch {
            expected(tooMuch || by.length < THRESHOLD);
        }
        check(before);
    }

    function finaliseRoot(uint256 haste) public {
        (bytes32 root,,, uint64 readyAt) = pool.pendingRoot();
        if (root != 0) await(readyAt, haste);
        bool good = root != 0 && block.timestamp >= readyAt;
        uint256[PEOPLE] memory before = wealth();
        try pool.finaliseRoot() {
            expected(good);
            leaves[pool.epoch()] = pendingLeaves;
        } catch {
            expected(!good);
        }
        check(before);
    }

    /// @param back by how many epochs the root is older than the newest
    function claim(uint256 sender, uint256 provider, uint64 back) external {
        provider %= PEOPLE;
        uint64 newest = pool.epoch();
        uint64 epoch = newest - back % (newest + 1);
        uint256[PEOPLE] memory amounts = leaves[epoch];
        uint256 claimed = pool.claimed(who(provider));
        bool good = epoch > 0 && amounts[provider] > claimed
            && pool.totalClaimed() + amounts[provider] - claimed <= sum(amounts);
        uint256[PEOPLE] memory before = wealth();
        vm.prank(who(sender));
        try pool.claim(epoch, who(provider), amounts[provider], path(amounts, provider)) {
            expected(good);
        } catch {
            expected(!good);
        }
        if (epoch == newest && amounts[provider] > claimed) expected(good); // the newest root always pays
        check(before);
    }

    // --- The world

    function pass(uint256 time, uint256 byForce) external {
        vm.warp(block.timestamp + time % EPOCH);
        byForce %= 3;
        forced += byForce;
        vm.deal(address(pool), address(pool).balance + byForce);
    }

    // --- What holds

    function checkBooks() external view {
        uint256 deposited;
        uint256 exited;
        uint256 spent;
        for (uint256 i = 0; i < PEOPLE * LABELS; i++) {
            ComputePool.Purse memory p = purse(i, i / PEOPLE);
            vm.assertLe(uint256(p.spent) + p.exited, p.deposited, "an account has spent more than it had");
            (deposited, exited, spent) = (deposited + p.deposited, exited + p.exited, spent + p.spent);
        }
        vm.assertEq(pool.totalDeposited(), deposited, "deposits");
        vm.assertEq(pool.totalExited(), exited, "exits");
        vm.assertEq(pool.totalSpent(), spent, "spendings");
        uint256 claimed;
        for (uint256 i = 0; i < PEOPLE; i++) claimed += pool.claimed(who(i));
        vm.assertEq(pool.totalClaimed(), claimed, "claims");
        vm.assertLe(claimed, pool.rootTotal(), "more is claimed than shared out");
        vm.assertLe(pool.rootTotal(), spent, "more is shared out than spent");
        vm.assertEq(address(pool).balance, deposited - exited - claimed + forced, "the contract's balance");
    }

    /// What each has on hand, unspent, and to claim.
    function wealth() private view returns (uint256[PEOPLE] memory has) {
        uint256[PEOPLE] memory amounts = leaves[pool.epoch()];
        for (uint256 i = 0; i < PEOPLE; i++) {
            has[i] = who(i).balance + amounts[i] - pool.claimed(who(i));
            for (uint256 label = 0; label < LABELS; label++) {
                ComputePool.Purse memory p = purse(i, label);
                has[i] += p.deposited - p.exited - p.spent;
            }
        }
    }

    function check(uint256[PEOPLE] memory before) private view {
        uint256[PEOPLE] memory nothing;
        check(before, nothing);
    }

    function check(uint256[PEOPLE] memory before, uint256[PEOPLE] memory agreed) private view {
        uint256[PEOPLE] memory has = wealth();
        for (uint256 i = 0; i < PEOPLE; i++) {
            vm.assertGe(has[i] + agreed[i], before[i], "somebody has less than he agreed to");
        }
    }

    function expected(bool it) private pure {
        vm.assertTrue(it);
    }

    // --- Small things

    /// Mostly.
    function await(uint64 readyAt, uint256 haste) private {
        if (!seldom(haste) && block.timestamp < readyAt) vm.warp(readyAt);
    }

    function seldom(uint256 flaw) private pure returns (bool) {
        return flaw % 8 == 0;
    }

    function personKey(uint256 i) private pure returns (uint256) {
        return uint256(keccak256(abi.encode("person", i % PEOPLE)));
    }

    function who(uint256 i) private view returns (address) {
        return people[i % PEOPLE];
    }

    function name(uint256 label) private pure returns (bytes32) {
        return label % LABELS == 0 ? bytes32("acct_1") : bytes32("acct_2");
    }

    function id(uint256 owner, uint256 label) private view returns (bytes32) {
        return keccak256(abi.encode(who(owner), name(label)));
    }

    function purse(uint256 owner, uint256 label) private view returns (ComputePool.Purse memory) {
        return pool.purse(id(owner, label));
    }

    function someAccounts(uint256 whose, uint256 more) private view returns (ComputePool.Posting[] memory postings) {
        uint256 count;
        for (uint256 i = 0; i < PEOPLE * LABELS; i++) count += (whose >> i) & 1;
        postings = new ComputePool.Posting[](count);
        count = 0;
        for (uint256 i = 0; i < PEOPLE * LABELS; i++) {
            if ((whose >> i) & 1 == 0) continue;
            ComputePool.Posting memory next =
                ComputePool.Posting(who(i), name(i / PEOPLE), purse(i, i / PEOPLE).spent + uint128(more));
            uint256 place = count++;
            while (place > 0 && accountOf(postings[place - 1]) > accountOf(next)) {
                postings[place] = postings[place - 1];
                place--;
            }
            postings[place] = next;
        }
    }

    function accountOf(ComputePool.Posting memory posting_) private pure returns (bytes32) {
        return keccak256(abi.encode(posting_.owner, posting_.label));
    }

    function sum(uint256[PEOPLE] memory amounts) private pure returns (uint256 total) {
        for (uint256 i = 0; i < PEOPLE; i++) total += amounts[i];
    }

    function rootOf(uint256[PEOPLE] memory amounts) private view returns (bytes32) {
        return pair(half(amounts, 0), half(amounts, 2));
    }

    function half(uint256[PEOPLE] memory amounts, uint256 from) private view returns (bytes32) {
        return pair(leaf(who(from), amounts[from]), leaf(who(from + 1), amounts[from + 1]));
    }

    function path(uint256[PEOPLE] memory amounts, uint256 i) private view returns (bytes32[] memory siblings) {
        siblings = new bytes32[](2);
        siblings[0] = leaf(who(i ^ 1), amounts[i ^ 1]);
        siblings[1] = half(amounts, i < 2 ? 2 : 0);
    }
}
