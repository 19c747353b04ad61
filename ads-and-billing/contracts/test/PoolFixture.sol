// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ComputePool} from "../ComputePool.sol";
import {vm} from "./Vm.sol";

/// A pool with three signers, of whom two are a quorum; people with keys; their signatures, by the letter of EIP-712.
abstract contract PoolFixture {
    uint64 internal constant DELAY = 2 days;
    uint64 internal constant EPOCH = 7 days;
    uint128 internal constant CAP = 1 ether;
    uint256 internal constant THRESHOLD = 2;
    uint256 internal constant START = 1_800_000_000;
    bytes32 internal constant LABEL = "acct_1";

    ComputePool internal pool;
    uint256[] internal signerKeys; // by ascending address
    address internal immutable alice = person("alice");
    address internal immutable bob = person("bob");
    address internal immutable stranger = person("stranger");
    address internal immutable delegate = person("delegate");

    function setUp() public virtual {
        vm.warp(START);
        signerKeys = ascending(key("signer 1"), key("signer 2"), key("signer 3"));
        pool = deploy();
        for (uint256 i = 0; i < 3; i++) vm.deal([alice, bob, stranger][i], 1000 ether);
    }

    function deploy() internal returns (ComputePool) {
        return new ComputePool(signerAddresses(), THRESHOLD, DELAY, EPOCH, CAP);
    }

    // --- People

    function key(string memory name) internal pure returns (uint256) {
        return uint256(keccak256(bytes(name))); // below the curve's order for all names used here, or vm.addr would fail
    }

    function person(string memory name) internal pure returns (address) {
        return vm.addr(key(name));
    }

    function ascending(uint256 a, uint256 b, uint256 c) private pure returns (uint256[] memory keys) {
        keys = new uint256[](3);
        (keys[0], keys[1], keys[2]) = (a, b, c);
        for (uint256 i = 0; i < 3; i++) {
            for (uint256 j = 0; j < 2; j++) {
                if (vm.addr(keys[j]) > vm.addr(keys[j + 1])) (keys[j], keys[j + 1]) = (keys[j + 1], keys[j]);
            }
        }
    }

    function signerAddresses() internal view returns (address[] memory addresses) {
        addresses = new address[](signerKeys.length);
        for (uint256 i = 0; i < addresses.length; i++) addresses[i] = vm.addr(signerKeys[i]);
    }

    // --- Signatures

    function digest(bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("DecentralizedAI ComputePool"),
                keccak256("1"),
                block.chainid,
                address(pool)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function signed(uint256 by, bytes32 structHash) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(by, digest(structHash));
        return abi.encodePacked(r, s, v);
    }

    function delegation(uint256 by, bytes32 id, address to, uint256 nonce) internal view returns (bytes memory) {
        return signed(
            by,
            keccak256(
                abi.encode(keccak256("Delegation(bytes32 account,address delegate,uint256 nonce)"), id, to, nonce)
            )
        );
    }

    function voucher(uint256 by, bytes32 id, uint256 spent) internal view returns (bytes memory) {
        return signed(by, keccak256(abi.encode(keccak256("Voucher(bytes32 account,uint256 spent)"), id, spent)));
    }

    function spendingHash(uint64 number, ComputePool.Posting[] memory postings) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("Spending(uint64 number,bytes32 postings)"), number, keccak256(abi.encode(postings))
            )
        );
    }

    function rootHash(uint64 epoch, bytes32 root, uint256 total, string memory uri) internal pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("Root(uint64 epoch,bytes32 root,uint256 total,string dataUri)"),
                epoch,
                root,
                total,
                keccak256(bytes(uri))
            )
        );
    }

    /// Signatures of as many signers, by ascending address.
    function quorum(bytes32 structHash, uint256 count) internal view returns (bytes[] memory signatures) {
        signatures = new bytes[](count);
        for (uint256 i = 0; i < count; i++) signatures[i] = signed(signerKeys[i], structHash);
    }

    // --- What is done often

    function account(address owner) internal view returns (bytes32) {
        return pool.accountOf(owner, LABEL);
    }

    function unspent(address owner) internal view returns (uint256) {
        ComputePool.Purse memory p = pool.purse(account(owner));
        return p.deposited - p.exited - p.spent;
    }

    function topUp(address owner, uint256 amount) internal {
        vm.prank(owner);
        pool.topUp{value: amount}(owner, LABEL);
    }

    function authoriseDelegate(address owner, uint256 ownerKey) internal {
        bytes32 id = account(owner);
        uint256 nonce = pool.purse(id).delegations;
        pool.authorise(owner, LABEL, delegate, delegation(ownerKey, id, delegate, nonce));
    }

    function redeem(address owner, uint128 spent) internal {
        pool.redeem(owner, LABEL, spent, voucher(key("delegate"), account(owner), spent));
    }

    function posting(address owner, uint128 spent) internal pure returns (ComputePool.Posting[] memory postings) {
        postings = new ComputePool.Posting[](1);
        postings[0] = ComputePool.Posting(owner, LABEL, spent);
    }

    function postings2(address a, uint128 spentA, address b, uint128 spentB)
        internal
        view
        returns (ComputePool.Posting[] memory postings)
    {
        postings = new ComputePool.Posting[](2);
        bool inOrder = account(a) < account(b);
        postings[inOrder ? 0 : 1] = ComputePool.Posting(a, LABEL, spentA);
        postings[inOrder ? 1 : 0] = ComputePool.Posting(b, LABEL, spentB);
    }

    function propose(ComputePool.Posting[] memory postings) internal {
        (, uint64 last,) = pool.pendingSpending();
        pool.proposeSpending(last + 1, postings, quorum(spendingHash(last + 1, postings), THRESHOLD));
    }

    function proposeRoot(bytes32 root, uint256 total) internal {
        uint64 next = pool.epoch() + 1;
        pool.proposeRoot(next, root, total, "epochs/1.json", quorum(rootHash(next, root, total, "epochs/1.json"), THRESHOLD));
    }

    function makeFinal(bytes32 root, uint256 total) internal {
        proposeRoot(root, total);
        vm.warp(block.timestamp + DELAY);
        pool.finaliseRoot();
    }

    // --- Trees, as of OpenZeppelin's StandardMerkleTree

    function leaf(address provider, uint256 cumulative) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(provider, cumulative))));
    }

    function pair(bytes32 a, bytes32 b) internal pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }

    function proof(bytes32 sibling) internal pure returns (bytes32[] memory path) {
        path = new bytes32[](1);
        path[0] = sibling;
    }
}
