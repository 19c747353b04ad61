// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// Customers' ether in, providers' ether out; no owner, no fee, no upgrade. docs/contract.md says who is trusted with what.
///
/// A customer's account is keccak256(abi.encode(owner, label)): the owner may take out what is unspent, the label is the
/// customer's id at the server that he pays. What he has spent is known by his voucher (signed by the key that he authorised)
/// or, when he authorised none, by a posting of the quorum, at most `cap` an epoch. Providers get it by cumulative Merkle roots.
contract ComputePool is EIP712, ReentrancyGuardTransient {
    /// Amounts are wei and only grow, but `exiting`. Unspent is deposited - exited - spent.
    struct Purse {
        uint128 deposited;
        uint128 spent;
        uint128 exited;
        uint128 exiting; // asked for and not yet paid; 0: no exit is under way
        uint64 exitReadyAt;
        address delegate; // whose vouchers count; 0: none but former ones'
        uint32 delegations; // given and revoked so far: the nonce of the next
    }

    /// By the quorum: all that this customer has spent ever.
    struct Posting {
        address owner;
        bytes32 label;
        uint128 spent;
    }

    struct PendingSpending {
        bytes32 postings; // hash; 0: none is pending
        uint64 number; // of the last proposal, pending or not
        uint64 readyAt;
    }

    struct PendingRoot {
        bytes32 root; // 0: none is pending
        uint256 total;
        uint64 epoch;
        uint64 readyAt;
    }

    /// Leaves are (provider, cumulative wei), as of OpenZeppelin's StandardMerkleTree; `total` is their sum.
    struct Root {
        bytes32 root;
        uint256 total;
    }

    bytes32 private constant DELEGATION = keccak256("Delegation(bytes32 account,address delegate,uint256 nonce)");
    bytes32 private constant VOUCHER = keccak256("Voucher(bytes32 account,uint256 spent)");
    bytes32 private constant SPENDING = keccak256("Spending(uint64 number,bytes32 postings)");
    bytes32 private constant ROOT = keccak256("Root(uint64 epoch,bytes32 root,uint256 total,string dataUri)");

    uint256 public immutable threshold; // of the signers make a quorum
    uint64 public immutable delay; // seconds that exits, spendings and roots wait
    uint64 public immutable epochLength; // seconds, at least, between two proposals of spending
    uint128 public immutable cap; // wei that one posting takes of one account at most

    uint256 public totalDeposited;
    uint256 public totalExited;
    uint256 public totalSpent;
    uint256 public totalClaimed;
    uint64 public epoch; // the last that is final
    PendingSpending public pendingSpending;
    PendingRoot public pendingRoot;
    mapping(uint64 epoch => Root) public roots;
    mapping(address provider => uint256) public claimed;
    /// Until then, and with it, the vouchers of a delegate who was replaced or revoked still count; 0: he never was.
    mapping(bytes32 account => mapping(address delegate => uint64)) public formerUntil;
    mapping(bytes32 account => Purse) private purses;
    mapping(address => bool) private isSigner;
    mapping(bytes32 digest => bool) private proposed; // roots, so that an old proposal can't displace a newer one
    address[] private allSigners;

    event Deposited(bytes32 indexed account, bytes32 indexed label, address indexed owner, address payer, uint256 amount);
    event ExitRequested(bytes32 indexed account, bytes32 indexed label, address owner, uint256 amount, uint64 readyAt);
    event ExitCancelled(bytes32 indexed account, bytes32 indexed label, uint256 amount);
    event Exited(bytes32 indexed account, bytes32 indexed label, address owner, uint256 amount, uint256 requested);
    event Authorised(bytes32 indexed account, address delegate);
    event Revoked(bytes32 indexed account);
    event Spent(bytes32 indexed account, bytes32 indexed label, uint256 amount, uint256 cumulative, bool voucher);
    event SpendingProposed(uint64 indexed number, bytes32 postings, uint64 readyAt);
    event Contested(bytes32 indexed account, bytes32 indexed label); // the posting was left out, or cut by an exit
    event RootProposed(uint64 indexed epoch, bytes32 root, uint256 total, uint64 readyAt, string dataUri);
    event RootFinalised(uint64 indexed epoch, bytes32 root, uint256 total);
    event Claimed(address indexed provider, uint64 epoch, uint256 amount, uint256 cumulative);

    error BadSigners(); // not ascending, or fewer than the threshold, or a threshold of 0
    error BadEpochLength(); // shorter than the delay: no spending would ever be ready
    error NoAmount();
    error NoOwner();
    error NoLabel();
    error NotEnough(); // asked for more than is unspent
    error ExitPending();
    error NothingPending();
    error TooEarly();
    error NoDelegate();
    error BadSignature();
    error NoQuorum();
    error NothingNew(); // all of it was spent or claimed before
    error BadNumber();
    error BadOrder(); // accounts of postings must ascend
    error BadPostings(); // not those that were proposed
    error BadEpoch();
    error BadRoot();
    error BadTotal();
    error ProposedBefore();
    error BadProof();
    error Overdrawn(); // as much as the root's total is claimed already

    /// @param signers_ ascending
    constructor(address[] memory signers_, uint256 threshold_, uint64 delay_, uint64 epochLength_, uint128 cap_)
        EIP712("DecentralizedAI ComputePool", "1")
    {
        require(threshold_ > 0 && threshold_ <= signers_.length, BadSigners());
        require(epochLength_ >= delay_, BadEpochLength());
        address last = address(0);
        for (uint256 i = 0; i < signers_.length; i++) {
            require(signers_[i] > last, BadSigners());
            last = signers_[i];
            isSigner[last] = true;
        }
        allSigners = signers_;
        threshold = threshold_;
        delay = delay_;
        epochLength = epochLength_;
        cap = cap_;
    }

    function signers() external view returns (address[] memory) {
        return allSigners;
    }

    function accountOf(address owner, bytes32 label) public pure returns (bytes32) {
        return keccak256(abi.encode(owner, label));
    }

    function purse(bytes32 account) external view returns (Purse memory) {
        return purses[account];
    }

    /// The total of the last root that is final.
    function rootTotal() public view returns (uint256) {
        return roots[epoch].total;
    }

    // --- Customers

    /// Anyone may pay; only the owner can take it out again.
    function topUp(address owner, bytes32 label) external payable {
        require(msg.value > 0, NoAmount());
        require(owner != address(0), NoOwner());
        require(label != bytes32(0), NoLabel());
        bytes32 account = accountOf(owner, label);
        purses[account].deposited += SafeCast.toUint128(msg.value);
        totalDeposited += msg.value;
        emit Deposited(account, label, owner, msg.sender, msg.value);
    }

    /// The delay leaves time to redeem the vouchers for what was spent already.
    function requestExit(bytes32 label, uint128 amount) external {
        bytes32 account = accountOf(msg.sender, label);
        Purse storage p = purses[account];
        require(amount > 0, NoAmount());
        require(p.exiting == 0, ExitPending());
        require(amount <= _unspent(p), NotEnough());
        uint64 readyAt = _ready();
        p.exiting = amount;
        p.exitReadyAt = readyAt;
        emit ExitRequested(account, label, msg.sender, amount, readyAt);
    }

    function cancelExit(bytes32 label) external {
        bytes32 account = accountOf(msg.sender, label);
        emit ExitCancelled(account, label, _takeExit(purses[account]));
    }

    /// Anyone may complete it; the owner is paid what he asked for, or what is still unspent.
    function exit(address owner, bytes32 label) external nonReentrant {
        bytes32 account = accountOf(owner, label);
        Purse storage p = purses[account];
        require(p.exiting == 0 || block.timestamp >= p.exitReadyAt, TooEarly());
        uint128 requested = _takeExit(p);
        uint128 amount = uint128(Math.min(requested, _unspent(p)));
        p.exited += amount;
        totalExited += amount;
        emit Exited(account, label, owner, amount, requested);
        if (amount > 0) Address.sendValue(payable(owner), amount);
    }

    /// From now on this delegate's vouchers say what was spent; those of the one before him count for the delay yet. Anyone may
    /// bring the owner's signature (a key's or ERC-1271).
    function authorise(address owner, bytes32 label, address delegate, bytes calldata ownerSignature) external {
        require(delegate != address(0), NoDelegate());
        bytes32 account = accountOf(owner, label);
        Purse storage p = purses[account];
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(DELEGATION, account, delegate, p.delegations)));
        require(SignatureChecker.isValidSignatureNow(owner, digest, ownerSignature), BadSignature());
        _delegate(p, account, delegate);
        emit Authorised(account, delegate);
    }

    /// The delegate's vouchers count for the delay yet. Voids at once the delegations that were signed and not yet brought.
    function revoke(bytes32 label) external {
        bytes32 account = accountOf(msg.sender, label);
        Purse storage p = purses[account];
        _delegate(p, account, address(0));
        emit Revoked(account);
    }

    /// No exit that is asked for later can be paid before the old delegate's vouchers were brought.
    function _delegate(Purse storage p, bytes32 account, address next) private {
        if (p.delegate != address(0)) formerUntil[account][p.delegate] = _ready();
        p.delegate = next;
        p.delegations++;
    }

    // --- What was spent

    /// Anyone may bring a voucher; `spent` is all that the account has spent ever. What isn't covered is taken when there is more.
    function redeem(address owner, bytes32 label, uint128 spent, bytes calldata delegateSignature) external {
        bytes32 account = accountOf(owner, label);
        Purse storage p = purses[account];
        address signer = _signer(_hashTypedDataV4(keccak256(abi.encode(VOUCHER, account, spent))), delegateSignature);
        bool counts = signer != address(0) && (signer == p.delegate || block.timestamp <= formerUntil[account][signer]);
        require(counts || p.delegate != address(0), NoDelegate());
        require(counts, BadSignature());
        require(_spend(p, account, label, spent, true), NothingNew());
    }

    /// By a quorum, at least `epochLength` after the last proposal, whose postings are dropped when they were not applied.
    /// @param postings by ascending account, so that none is there twice
    function proposeSpending(uint64 number, Posting[] calldata postings, bytes[] calldata signatures) external {
        PendingSpending storage last = pendingSpending;
        require(number == last.number + 1, BadNumber());
        require(last.number == 0 || block.timestamp >= last.readyAt - delay + epochLength, TooEarly());
        bytes32 before = bytes32(0);
        for (uint256 i = 0; i < postings.length; i++) {
            bytes32 account = accountOf(postings[i].owner, postings[i].label);
            require(account > before, BadOrder());
            before = account;
        }
        bytes32 hash = keccak256(abi.encode(postings));
        _requireQuorum(_hashTypedDataV4(keccak256(abi.encode(SPENDING, number, hash))), signatures);
        uint64 readyAt = _ready();
        pendingSpending = PendingSpending(hash, number, readyAt);
        emit SpendingProposed(number, hash, readyAt);
    }

    /// Anyone may, after the delay. Left out: who has a delegate (his vouchers count), and what is on its way out.
    function applySpending(Posting[] calldata postings) external {
        PendingSpending storage p = pendingSpending;
        require(p.postings != bytes32(0), NothingPending());
        require(p.postings == keccak256(abi.encode(postings)), BadPostings());
        require(block.timestamp >= p.readyAt, TooEarly());
        p.postings = bytes32(0);
        for (uint256 i = 0; i < postings.length; i++) _post(postings[i]);
    }

    function _post(Posting calldata posting) private {
        bytes32 account = accountOf(posting.owner, posting.label);
        Purse storage p = purses[account];
        if (p.delegate != address(0)) {
            emit Contested(account, posting.label);
            return;
        }
        uint128 held = p.deposited - p.exited;
        uint256 to = Math.min(Math.min(posting.spent, uint256(p.spent) + cap), held);
        uint256 staying = held - p.exiting;
        if (to > staying && to > p.spent) emit Contested(account, posting.label);
        _spend(p, account, posting.label, Math.min(to, staying), false);
    }

    /// Takes as much of `spent` as is covered; false: nothing is new.
    function _spend(Purse storage p, bytes32 account, bytes32 label, uint256 spent, bool voucher) private returns (bool) {
        uint128 to = uint128(Math.min(spent, p.deposited - p.exited));
        if (to <= p.spent) return false;
        uint128 amount = to - p.spent;
        p.spent = to;
        totalSpent += amount;
        emit Spent(account, label, amount, to, voucher);
        return true;
    }

    // --- Providers

    /// By a quorum. Takes the place of a pending root, and the delay starts anew; the same proposal counts once only.
    /// @param total sum of the leaves, all epochs together: at most what was spent
    function proposeRoot(uint64 epoch_, bytes32 root, uint256 total, string calldata dataUri, bytes[] calldata signatures)
        external
    {
        require(epoch_ == epoch + 1, BadEpoch());
        require(root != bytes32(0), BadRoot());
        require(total >= rootTotal() && total <= totalSpent, BadTotal());
        bytes32 digest = _hashTypedDataV4(keccak256(abi.encode(ROOT, epoch_, root, total, keccak256(bytes(dataUri)))));
        require(!proposed[digest], ProposedBefore());
        _requireQuorum(digest, signatures);
        proposed[digest] = true;
        uint64 readyAt = _ready();
        pendingRoot = PendingRoot(root, total, epoch_, readyAt);
        emit RootProposed(epoch_, root, total, readyAt, dataUri);
    }

    function finaliseRoot() external {
        PendingRoot memory p = pendingRoot;
        require(p.root != bytes32(0), NothingPending());
        require(block.timestamp >= p.readyAt, TooEarly());
        delete pendingRoot;
        epoch = p.epoch;
        roots[p.epoch] = Root(p.root, p.total);
        emit RootFinalised(p.epoch, p.root, p.total);
    }

    /// Anyone may push it; the ether goes to the provider. A root pays until as much as its total is claimed in all, the last claim
    /// in part; the rest is paid by a later root. So a claim under way survives a newer root, and a bad root takes nothing from
    /// later ones.
    function claim(uint64 epoch_, address provider, uint256 cumulative, bytes32[] calldata proof) external nonReentrant {
        Root memory r = roots[epoch_];
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(provider, cumulative))));
        require(r.root != bytes32(0) && MerkleProof.verifyCalldata(proof, r.root, leaf), BadProof());
        uint256 before = claimed[provider];
        require(cumulative > before, NothingNew());
        uint256 amount = Math.min(cumulative - before, r.total - Math.min(totalClaimed, r.total));
        require(amount > 0, Overdrawn());
        claimed[provider] = before + amount;
        totalClaimed += amount;
        emit Claimed(provider, epoch_, amount, before + amount);
        Address.sendValue(payable(provider), amount);
    }

    // --- Common

    function _unspent(Purse storage p) private view returns (uint128) {
        return p.deposited - p.exited - p.spent;
    }

    function _takeExit(Purse storage p) private returns (uint128 requested) {
        requested = p.exiting;
        require(requested > 0, NothingPending());
        p.exiting = 0;
        p.exitReadyAt = 0;
    }

    function _ready() private view returns (uint64) {
        return uint64(block.timestamp) + delay;
    }

    /// @param signatures by ascending address of the signer, so that none counts twice
    function _requireQuorum(bytes32 digest, bytes[] calldata signatures) private view {
        require(signatures.length >= threshold, NoQuorum());
        address last = address(0);
        for (uint256 i = 0; i < signatures.length; i++) {
            address signer = _signer(digest, signatures[i]);
            require(signer > last && isSigner[signer], NoQuorum());
            last = signer;
        }
    }

    /// 0: it is no signature. Each key has one signature form only (65 bytes, low s).
    function _signer(bytes32 digest, bytes calldata signature) private pure returns (address signer) {
        (signer,,) = ECDSA.tryRecoverCalldata(digest, signature);
    }
}
