// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ComputePool} from "../ComputePool.sol";
import {PoolFixture} from "./PoolFixture.sol";
import {vm} from "./Vm.sol";

/// All signers are one thief. Alice has a delegate; Bob has none and never looks; Carol has none and takes everything out whenever
/// spending is proposed. Forge calls the actions in random order; `checkBound` says what the thief can have.
contract Conspiracy is PoolFixture {
    address private immutable carol = person("carol");
    address public immutable thief = person("thief");

    uint256 public vouchers; // wei that alice's vouchers said
    uint256 private carolsOwn; // wei that she came with
    mapping(uint64 epoch => uint256) private lies; // the thief's leaf in that root
    uint256 private pendingLie;
    uint256 private roots;
    ComputePool.Posting[] private pendingPostings;

    constructor() {
        setUp();
        vm.deal(carol, 1000 ether);
        carolsOwn = carol.balance;
        for (uint256 i = 0; i < 3; i++) topUp(i, 3 ether);
        authoriseDelegate(alice, key("alice"));
    }

    function actions() external pure returns (bytes4[] memory selectors) {
        bytes4[8] memory all = [
            this.topUp.selector,
            this.spend.selector,
            this.completeExit.selector,
            this.post.selector,
            this.applyPostings.selector,
            this.lie.selector,
            this.makeLieFinal.selector,
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
    }

    /// Alice pays for something by a voucher.
    function spend(uint256 amount) external {
        uint256 left = unspent(alice);
        if (left == 0) return;
        amount = 1 + amount % left;
        vouchers += amount;
        redeem(alice, uint128(vouchers));
    }

    /// Whoever asked to leave may.
    function completeExit() external {
        ComputePool.Purse memory p = pool.purse(account(carol));
        if (p.exiting == 0) return;
        if (block.timestamp < p.exitReadyAt) vm.warp(p.exitReadyAt);
        pool.exit(carol, LABEL);
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
    }

    /// A root that gives everything to the thief, or promises him more than there is.
    function lie(uint256 more) external {
        uint256 total = pool.totalSpent();
        uint256 amount = more % 2 == 0 ? total : total + more % 1000 ether;
        uint64 next = pool.epoch() + 1;
        bytes32 root = leaf(thief, amount);
        string memory uri = string(abi.encode(roots++)); // the same proposal counts once
        pool.proposeRoot(next, root, total, uri, quorum(rootHash(next, root, total, uri), THRESHOLD));
        pendingLie = amount;
    }

    function makeLieFinal() external {
        (bytes32 root,,, uint64 readyAt) = pool.pendingRoot();
        if (root == 0) return;
        if (block.timestamp < readyAt) vm.warp(readyAt);
        pool.finaliseRoot();
        lies[pool.epoch()] = pendingLie;
    }

    function take(uint64 back) external {
        uint64 epoch = pool.epoch() - back % (pool.epoch() + 1);
        try pool.claim(epoch, thief, lies[epoch], new bytes32[](0)) {} catch {}
    }

    // --- What holds

    function checkBound() external view {
        uint256 proposals = 1 + (block.timestamp - START) / EPOCH;
        ComputePool.Purse memory bobs = pool.purse(account(bob));
        uint256 most = proposals * CAP < bobs.deposited ? proposals * CAP : bobs.deposited;
        vm.assertLe(bobs.spent, most, "more than the cap an epoch");
        vm.assertEq(pool.purse(account(alice)).spent, vouchers, "what alice's delegate did not sign");
        vm.assertEq(carol.balance + unspent(carol), carolsOwn, "who leaves in time");
        vm.assertLe(thief.balance, vouchers + most, "more than was spent and posted");
    }
}
