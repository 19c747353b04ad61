// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// The smallest smart wallet that signs (ERC-1271): what its owner's key has signed is the wallet's word. For tests only.
contract OwnedWallet {
    address private immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    /// @return 0x1626ba7e if the signature (r, s, v) of the hash is the owner's
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        require(signature.length == 65, "65 bytes");
        address signer = ecrecover(hash, uint8(signature[64]), bytes32(signature[0:32]), bytes32(signature[32:64]));
        return signer == owner ? bytes4(0x1626ba7e) : bytes4(0xffffffff);
    }
}
