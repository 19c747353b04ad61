// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ComputePool} from "../ComputePool.sol";
import {PoolFixture} from "./PoolFixture.sol";
import {vm} from "./Vm.sol";

/// Examples of everything that is hashed, for whoever signs in another language: the same are in TypedDataTest.java. The pool is
/// on chain 31337 at 0x1111111111111111111111111111111111111111, the owner is 0x2222.., the delegate and provider 0x3333.., labels "acct_1".
contract VectorsTest is PoolFixture {
    address private constant POOL = 0x1111111111111111111111111111111111111111;
    address private constant OWNER = 0x2222222222222222222222222222222222222222;
    address private constant OTHER = 0x3333333333333333333333333333333333333333;

    bytes32 private constant ACCOUNT = 0xa9744a89669f5698bca2a5f406c8015499c73e2e13c0cb8d864aed22a7090d88;
    bytes32 private constant DELEGATION = 0x13bb7fdfa4829e154b486fbf08d721f6f886239acae0a415ca146b58fa1a702b;
    bytes32 private constant VOUCHER = 0x31c5ee9ec91f951afa8628ed1decf4b0005cc90b6bd37e0710223dfed4788b37;
    bytes32 private constant SPENDING = 0xffa4e10896ee566e3d3517f0b8b892649a7958d18be1fdcc367710c97579edb0;
    bytes32 private constant ROOT = 0xb4d4168923ac927a2045b41847325cf1a3f3ffb3e741dc01f006b131ec3ce45b;
    bytes32 private constant LEAF = 0xbe769c8aa40d4296c6f8a22297e376beeea72edec40b523fcbacfd8d69ddee0c;

    function setUp() public override {
        super.setUp();
        vm.etch(POOL, address(pool).code);
        pool = ComputePool(POOL);
    }

    function test_account() public view {
        vm.assertEq(pool.accountOf(OWNER, LABEL), ACCOUNT);
    }

    /// delegate 0x3333.., nonce 0
    function test_delegation() public view {
        bytes32 typed = keccak256("Delegation(bytes32 account,address delegate,uint256 nonce)");
        vm.assertEq(digest(keccak256(abi.encode(typed, ACCOUNT, OTHER, 0))), DELEGATION);
    }

    /// 1 ether
    function test_voucher() public view {
        bytes32 typed = keccak256("Voucher(bytes32 account,uint256 spent)");
        vm.assertEq(digest(keccak256(abi.encode(typed, ACCOUNT, 1 ether))), VOUCHER);
    }

    /// number 7; one posting: of the owner, 1 ether
    function test_spending() public view {
        vm.assertEq(digest(spendingHash(7, posting(OWNER, 1 ether))), SPENDING);
    }

    /// epoch 3, root of the one leaf below, total 5, "epochs/3.json"
    function test_root() public view {
        vm.assertEq(digest(rootHash(3, LEAF, 5, "epochs/3.json")), ROOT);
    }

    /// provider 0x3333.., 5 wei
    function test_leaf() public pure {
        vm.assertEq(leaf(OTHER, 5), LEAF);
    }

    /// The contract checks what the fixture hashes.
    function test_contractAgrees() public {
        pool.topUp{value: 2}(alice, LABEL);
        authoriseDelegate(alice, key("alice"));
        redeem(alice, 1);
        (, string memory name, string memory version, uint256 chain, address at,,) = pool.eip712Domain();
        vm.assertEq(keccak256(bytes(name)), keccak256("DecentralizedAI ComputePool"));
        vm.assertEq(keccak256(bytes(version)), keccak256("1"));
        vm.assertEq(chain, 31_337);
        vm.assertEq(at, POOL);
    }
}
