// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ComputePool} from "../ComputePool.sol";
import {PoolFixture} from "./PoolFixture.sol";
import {vm} from "./Vm.sol";

/// All signers are one thief. Alice has delegates; Bob has none, never reads the chain and now and then takes a part out; Carol
/// has none and takes everything out whenever spending is proposed; a provider earns by the thief's honest roots, of which there are
/// some. Forge calls the actions in random order; `checkBound` says what the thief can have. What was spent and paid is
/// counted here, not asked of the pool.
contract Conspiracy is PoolFixture {
    /// What a root says, true or not.
    struct Promise {
        uint256 thiefs;
        uint256 providers;
        uint256 total;
    }

    address private immutable carol = person("carol");
    address private immutable provider = person("provider");
    address public immutable thief = person("thief");

    string[2] private delegates = ["delegate", "another delegate"];
    uint256[2] private signedFor; // the last voucher of each
    uint256 private current; // alice's delegate
    uint256 private alicesDeposited;
    uint256 private alicesSpent; // by vouchers that were brought
    uint256 private signedInAll; // wei that alice's vouchers say
    uint256 private bobsDeposited;
    uint256 private bobsSpent;
    uint256 private bobsExited;
    uint256 private bobsExiting;
    uint256 private carolsOwn; // wei that she came with
    uint256 private thiefsMost; // what was spent and not claimed by others when a lie became final
    mapping(uint64 epoch => Promise) private promises;
    Promise private pending;
    uint256 private roots;
    ComputePool.Posting[] private pendingPostings;

    constructor() {
        setUp();
        vm.deal(carol, 1000 ether);
        carolsOwn = carol.balance;
        for (uint256 i = 0; i < 3; i++) topUp(i, 3 ether);
        replaceDelegate();
        spend(1 ether, true);
        tell(true, 0);
        makeFinal();
    }

    function actions() external pure returns (bytes4[] memory selectors) {
        bytes4[12] memory all = [
            this.topUp.selector,
            this.replaceDelegate.selector,
            this.spend.selector,
            this.leaveInPart.selector,
            this.completeExit.selector,
            this.collect.selector,
            this.post.selector,
            this.applyPostings.selector,
            this.bring.selector,
            this.tell.selector,
            this.makeFinal.selector,
            this.take.selector
        ];
        selectors = new bytes4[](all.length);
        for (uint256 i = 0; i < all.length; i++) selectors[i] = all[i];
    }

    function customer(uint256 i) private view returns (address) {
        return [alice, bob, carol][i % 3];
    }

    function topUp(uint256 who, uint256 amount) public {
        amount = 1 + amount % 3 ether;
        if (customer(who) == carol && pendingUntil() > 0) return; // she reads the chain first
        topUp(customer(who), amount);
        if (customer(who) == alice) alicesDeposited += amount;
        if (customer(who) == bob) bobsDeposited += amount;
    }

    // --- Alice

    function replaceDelegate() public {
        current = 1 - current;
        bytes32 id = account(alice);
        address to = person(delegates[current]);
        pool.authorise(alice, LABEL, to, delegation(key("alice"), id, to, pool.purse(id).delegations));
    }

    /// Pays for something by a voucher, which is brought now or may be later.
    function spend(uint256 amount, bool now_) public {
        if (signedInAll == alicesDeposited) return;
        signedInAll += 1 + amount % (alicesDeposited - signedInAll);
        signedFor[current] = signedInAll;
        if (now_) vm.assertTrue(brought(current));
    }

    function brought(uint256 which) private returns (bool done) {
        uint256 spent = signedFor[which];
        bytes memory signature = voucher(key(delegates[which]), account(alice), spent);
        try pool.redeem(alice, LABEL, uint128(spent), signature) {
            done = true;
            alicesSpent = spent;
        } catch {}
    }

    // --- Bob, carol, the provider

    function leaveInPart(uint128 amount) external {
        uint256 left = bobsDeposited - bobsExited - bobsSpent;
        if (bobsExiting > 0 || left < 2) return;
        bobsExiting = 1 + amount % (left - 1);
        vm.prank(bob);
        pool.requestExit(LABEL, uint128(bobsExiting));
    }

    /// Whoever asked to leave may.
    function completeExit(bool bobs) external {
        address who = bobs ? bob : carol;
        ComputePool.Purse memory p = pool.purse(account(who));
        if (p.exiting == 0) return;
        if (block.timestamp < p.exitReadyAt) vm.warp(p.exitReadyAt);
        pool.exit(who, LABEL);
        if (bobs) (bobsExited, bobsExiting) = (bobsExited + bobsExiting, 0);
    }

    function collect(uint64 back) external {
        claim(provider, back);
    }

    // --- The thief

    /// Posts much of everybody, as early as he may; Carol answers within the delay.
    function post(uint128 spent, uint64 answer) external {
        (, uint64 number, uint64 readyAt) = pool.pendingSpending();
        if (number > 0 && block.timestamp < readyAt - DELAY + EPOCH) vm.warp(readyAt - DELAY + EPOCH);
        ComputePool.Posting[] memory postings = ofEverybody(spent % 2 == 0 ? type(uint128).max : spent);
        propose(postings);
        delete pendingPostings;
        for (uint256 i = 0; i < postings.length; i++) pendingPostings.push(postings[i]);
        uint256 hers = unspent(carol);
        if (hers == 0) return;
        vm.warp(block.timestamp + answer % DELAY);
        if (pool.purse(account(carol)).exiting > 0) { // asked for before: what came since then would be left behind
            vm.prank(carol);
            pool.cancelExit(LABEL);
        }
        vm.prank(carol);
        pool.requestExit(LABEL, uint128(hers));
    }

    function ofEverybody(uint128 spent) private view returns (ComputePool.Posting[] memory postings) {
        postings = new ComputePool.Posting[](3);
        for (uint256 i = 0; i < 3; i++) {
            uint256 place = i;
            while (place > 0 && account(postings[place - 1].owner) > account(customer(i))) {
                postings[place] = postings[place - 1];
                place--;
            }
            postings[place] = ComputePool.Posting(customer(i), LABEL, spent);
        }
    }

    function pendingUntil() private view returns (uint64 readyAt) {
        bytes32 hash;
        (hash,, readyAt) = pool.pendingSpending();
        if (hash == 0) readyAt = 0;
    }

    function applyPostings() external {
        uint64 readyAt = pendingUntil();
        if (readyAt == 0) return;
        if (block.timestamp < readyAt) vm.warp(readyAt);
        pool.applySpending(pendingPostings);
        uint256 spent = pendingPostings[0].spent;
        uint256 staying = bobsDeposited - bobsExited - bobsExiting - bobsSpent;
        if (spent > bobsSpent) bobsSpent += least(least(spent - bobsSpent, CAP), staying);
    }

    /// Also an old delegate's voucher.
    function bring(uint256 which) external {
        brought(which % 2);
    }

    /// A root by which the provider gets all that is his, or everything goes to the thief, or more than there is.
    function tell(bool truth, uint256 more) public {
        uint256 total = alicesSpent + bobsSpent;
        if (truth) pending = Promise(thief.balance, total - thief.balance, total);
        else pending = Promise(more % 2 == 0 ? total : total + more % 1000 ether, 0, total);
        uint64 next = pool.epoch() + 1;
        bytes32 root = pair(leaf(thief, pending.thiefs), leaf(provider, pending.providers));
        string memory uri = string(abi.encode(roots++)); // the same proposal counts once
        pool.proposeRoot(next, root, total, uri, quorum(rootHash(next, root, total, uri), THRESHOLD));
    }

    function makeFinal() public {
        (bytes32 root,,, uint64 readyAt) = pool.pendingRoot();
        if (root == 0) return;
        if (block.timestamp < readyAt) vm.warp(readyAt);
        pool.finaliseRoot();
        promises[pool.epoch()] = pending;
        if (pending.providers > 0) return; // it is honest
        uint256 most = pending.total - provider.balance;
        if (most > thiefsMost) thiefsMost = most;
    }

    function take(uint64 back) external {
        claim(thief, back);
    }

    // --- Claims

    /// @param back by how many epochs the root is older than the newest
    function claim(address who, uint64 back) private {
        uint64 epoch = pool.epoch() - back % pool.epoch();
        Promise memory said = promises[epoch];
        bool his = who == thief;
        uint256 cumulative = his ? said.thiefs : said.providers;
        bytes32 sibling = his ? leaf(provider, said.providers) : leaf(thief, said.thiefs);
        uint256 before = who.balance;
        uint256 paid = thief.balance + provider.balance;
        uint256 due = 0;
        if (cumulative > before && said.total > paid) due = least(cumulative - before, said.total - paid);
        try pool.claim(epoch, who, cumulative, proof(sibling)) {} catch {}
        vm.assertEq(who.balance, before + due, "a root pays up to its total");
    }

    function least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    // --- What holds

    function checkBound() external view {
        uint256 proposals = 1 + (block.timestamp - START) / EPOCH;
        vm.assertLe(bobsSpent, proposals * CAP, "more than the cap an epoch");
        vm.assertEq(pool.purse(account(bob)).spent, bobsSpent, "what bob's exit protects, or more than the cap");
        vm.assertEq(pool.purse(account(alice)).spent, alicesSpent, "what alice's delegates did not sign");
        vm.assertLe(alicesSpent, signedInAll, "what alice's delegates did not sign");
        vm.assertEq(carol.balance + unspent(carol), carolsOwn, "who leaves in time");
        vm.assertEq(pool.totalSpent(), alicesSpent + bobsSpent, "what nobody spent");
        vm.assertLe(thief.balance, thiefsMost, "more than was spent and not claimed when his root became final");
        vm.assertLe(thief.balance + provider.balance, alicesSpent + bobsSpent, "more than was spent");
    }
}
