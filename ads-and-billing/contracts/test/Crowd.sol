// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ComputePool} from "../ComputePool.sol";
import {Shadow} from "./Shadow.sol";
import {vm} from "./Vm.sol";

/// The four people, an honest quorum, and anybody: forge calls the actions in random order with random numbers. Each action knows
/// by the shadow books whether it must succeed, and what it changes.
contract Crowd is Shadow {
    uint256 private constant AMOUNT = 2 ether; // below which random amounts are; the cap is half of it

    mapping(uint256 which => mapping(uint256 delegate => uint256)) private signedFor; // the last voucher
    ComputePool.Posting[] private postings; // proposed and not applied
    uint256[] private posted; // whose they are
    uint64 private number; // of the last proposal
    uint256 private spendingProposedAt;
    bool private spendingPending;
    uint256[PEOPLE] private pendingLeaves;
    uint256 private rootProposedAt;
    bool private rootPending;
    uint256 private roots;

    constructor() {
        for (uint256 i = 0; i < PEOPLE; i++) {
            vm.deal(who(i), 100 ether);
            hand[i] = 100 ether;
            topUp(i, i, 1.5 ether);
            if (i % 2 == 0) {
                authorise(i, i, 2);
                redeem(i, 0, 0.5 ether + 1, false, 1);
            }
        }
        proposeRoot(0x40404040, 1, 1);
        finaliseRoot(1);
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

    function topUp(uint256 payer, uint256 which, uint256 amount) public {
        payer %= PEOPLE;
        which %= ACCOUNTS;
        amount %= AMOUNT;
        Call memory call = begin();
        vm.prank(who(payer));
        try pool.topUp{value: amount}(who(which), labelOf(which)) {
            call.went = true;
        } catch {}
        accounts[which].deposited += amount;
        hand[payer] -= amount;
        call.agreed[payer] = amount;
        call.gained[which % PEOPLE] = amount;
        end(call, amount > 0);
    }

    function requestExit(uint256 which, uint256 amount, bool everything) external {
        which %= ACCOUNTS;
        Account storage a = accounts[which];
        amount = everything ? unspentOf(a) : amount % AMOUNT;
        bool good = a.exiting == 0 && amount > 0 && amount <= unspentOf(a);
        Call memory call = begin();
        vm.prank(who(which));
        try pool.requestExit(labelOf(which), uint128(amount)) {
            call.went = true;
        } catch {}
        if (good) (a.exiting, a.exitReadyAt) = (amount, block.timestamp + DELAY);
        end(call, good);
    }

    function cancelExit(uint256 which) external {
        which %= ACCOUNTS;
        Account storage a = accounts[which];
        bool good = a.exiting > 0;
        Call memory call = begin();
        vm.prank(who(which));
        try pool.cancelExit(labelOf(which)) {
            call.went = true;
        } catch {}
        (a.exiting, a.exitReadyAt) = (0, 0);
        end(call, good);
    }

    function exit(uint256 sender, uint256 which, uint256 haste) external {
        which %= ACCOUNTS;
        Account storage a = accounts[which];
        if (a.exiting > 0) await(a.exitReadyAt, haste);
        bool good = a.exiting > 0 && block.timestamp >= a.exitReadyAt;
        Call memory call = begin();
        vm.prank(who(sender));
        try pool.exit(who(which), labelOf(which)) {
            call.went = true;
        } catch {}
        if (good) {
            uint256 amount = least(a.exiting, unspentOf(a));
            a.exited += amount;
            hand[which % PEOPLE] += amount;
            (a.exiting, a.exitReadyAt) = (0, 0);
        }
        end(call, good);
    }

    function authorise(uint256 which, uint256 to, uint256 flaw) public {
        which %= ACCOUNTS;
        to = 1 + to % DELEGATES;
        (bool forged, bool early) = (flaw % 8 == 0, flaw % 8 == 1);
        bytes memory signature = delegation(
            personKey(forged ? which + 1 : which), id(which), delegateOf(to), accounts[which].delegations + (early ? 1 : 0)
        );
        Call memory call = begin();
        try pool.authorise(who(which), labelOf(which), delegateOf(to), signature) {
            call.went = true;
        } catch {}
        if (!forged && !early) nameDelegate(which, to);
        end(call, !forged && !early);
    }

    function revoke(uint256 which) external {
        which %= ACCOUNTS;
        Call memory call = begin();
        vm.prank(who(which));
        pool.revoke(labelOf(which));
        call.went = true;
        nameDelegate(which, 0);
        end(call, true);
    }

    // --- Spending

    /// @param by a delegate's number; 0: who is one now
    /// @param old of somebody who was one lately, wherever there is such
    /// @param more than is spent; seldom instead: the last voucher that he signed
    function redeem(uint256 which, uint256 by, uint256 more, bool old, uint256 flaw) public {
        which %= ACCOUNTS;
        by %= DELEGATES + 1;
        bool again = seldom(more);
        if (old) (which, by) = former(which, by);
        Account storage a = accounts[which];
        if (by == 0) by = a.delegate == 0 ? 1 : a.delegate;
        uint256 spent = again ? signedFor[which][by] : a.spent + more % AMOUNT;
        signedFor[which][by] = spent;
        bytes memory signature = voucher(seldom(flaw) ? personKey(which) : delegateKey(by), id(which), spent);
        uint256 to = least(spent, a.deposited - a.exited);
        bool good = !seldom(flaw) && to > a.spent && (by == a.delegate || block.timestamp <= countsUntil[which][by]);
        Call memory call = begin();
        try pool.redeem(who(which), labelOf(which), uint128(spent), signature) {
            call.went = true;
        } catch {}
        if (good) spend(which, to - a.spent, call);
        end(call, good);
    }

    /// Who was replaced or revoked less than two delays ago, so that his vouchers count or have just ceased to.
    function former(uint256 which, uint256 by) private view returns (uint256, uint256) {
        for (uint256 i = 0; i < ACCOUNTS; i++) {
            uint256 w = (which + i) % ACCOUNTS;
            for (uint256 d = 1; d <= DELEGATES; d++) {
                if (d != accounts[w].delegate && countsUntil[w][d] + DELAY > block.timestamp) return (w, d);
            }
        }
        return (which, by);
    }

    /// @param whose a bit for each account
    function proposeSpending(uint256 whose, uint256 more, uint256 flaw) external {
        uint256[] memory numbers = some(whose);
        ComputePool.Posting[] memory next = new ComputePool.Posting[](numbers.length);
        for (uint256 i = 0; i < next.length; i++) {
            uint256 spent = accounts[numbers[i]].spent + more % AMOUNT;
            next[i] = ComputePool.Posting(who(numbers[i]), labelOf(numbers[i]), uint128(spent));
        }
        bytes[] memory by = quorum(spendingHash(number + 1, next), seldom(flaw) ? THRESHOLD - 1 : THRESHOLD);
        bool good = !seldom(flaw) && (number == 0 || block.timestamp >= spendingProposedAt + EPOCH);
        Call memory call = begin();
        try pool.proposeSpending(number + 1, next, by) {
            call.went = true;
        } catch {}
        if (good) {
            delete postings;
            for (uint256 i = 0; i < next.length; i++) postings.push(next[i]);
            posted = numbers;
            (number, spendingProposedAt, spendingPending) = (number + 1, block.timestamp, true);
        }
        end(call, good);
    }

    function applySpending(uint256 haste) external {
        if (spendingPending) await(spendingProposedAt + DELAY, haste);
        bool good = spendingPending && block.timestamp >= spendingProposedAt + DELAY;
        Call memory call = begin();
        try pool.applySpending(postings) {
            call.went = true;
        } catch {}
        for (uint256 i = 0; good && i < posted.length; i++) {
            Account storage a = accounts[posted[i]];
            if (a.delegate != 0 || postings[i].spent <= a.spent) continue;
            uint256 staying = unspentOf(a) - least(a.exiting, unspentOf(a));
            spend(posted[i], least(postings[i].spent - a.spent, CAP, staying), call);
        }
        if (good) spendingPending = false;
        end(call, good);
    }

    // --- Providers

    /// What was spent and not shared out, by random shares.
    function proposeRoot(uint256 shares, uint256 flaw, uint256 otherFlaw) public {
        uint256[PEOPLE] memory amounts = leaves[epoch];
        uint256 left = spentByAll() - sum(amounts);
        for (uint256 i = 0; i < PEOPLE; i++) {
            uint256 share = (left * uint8(shares >> (8 * i))) / 255;
            amounts[i] += share;
            left -= share;
        }
        bool tooMuch = seldom(otherFlaw);
        if (tooMuch) amounts[0] += left + 1;
        // a URI of its own, since the same proposal counts once
        (bytes32 root, uint256 total, string memory uri) = (rootOf(amounts), sum(amounts), string(abi.encode(roots++)));
        bytes[] memory by = quorum(rootHash(epoch + 1, root, total, uri), seldom(flaw) ? THRESHOLD - 1 : THRESHOLD);
        bool good = !tooMuch && by.length >= THRESHOLD;
        Call memory call = begin();
        try pool.proposeRoot(epoch + 1, root, total, uri, by) {
            call.went = true;
        } catch {}
        if (good) (pendingLeaves, rootProposedAt, rootPending) = (amounts, block.timestamp, true);
        end(call, good);
    }

    function finaliseRoot(uint256 haste) public {
        if (rootPending) await(rootProposedAt + DELAY, haste);
        bool good = rootPending && block.timestamp >= rootProposedAt + DELAY;
        Call memory call = begin();
        try pool.finaliseRoot() {
            call.went = true;
        } catch {}
        if (good) {
            for (uint256 i = 0; i < PEOPLE; i++) call.gained[i] = pendingLeaves[i] - leaves[epoch][i];
            leaves[++epoch] = pendingLeaves;
            rootPending = false;
        }
        end(call, good);
    }

    /// @param back by how many epochs the root is older than the newest
    function claim(uint256 sender, uint256 provider, uint64 back) external {
        provider %= PEOPLE;
        back %= epoch + 1;
        uint256[PEOPLE] memory amounts = leaves[epoch - back];
        uint256 due = amounts[provider] - least(had[provider], amounts[provider]);
        uint256 amount = least(due, sum(amounts) - least(sum(had), sum(amounts)));
        if (back == 0) vm.assertEq(amount, due, "the newest root pays all that it owes");
        Call memory call = begin();
        vm.prank(who(sender));
        try pool.claim(epoch - back, who(provider), amounts[provider], path(amounts, provider)) {
            call.went = true;
        } catch {}
        had[provider] += amount;
        hand[provider] += amount;
        end(call, amount > 0);
    }

    // --- The world

    function pass(uint256 time, uint256 byForce) external {
        vm.warp(block.timestamp + time % EPOCH);
        byForce %= 3;
        forced += byForce;
        vm.deal(address(pool), address(pool).balance + byForce);
    }

    /// Mostly.
    function await(uint256 readyAt, uint256 haste) private {
        if (!seldom(haste) && block.timestamp < readyAt) vm.warp(readyAt);
    }

    function seldom(uint256 flaw) private pure returns (bool) {
        return flaw % 8 == 0;
    }
}
