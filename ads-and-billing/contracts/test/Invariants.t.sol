// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Crowd} from "./Crowd.sol";

/// What holds after any sequence of calls, of which forge makes up random ones.
contract InvariantsTest {
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    Crowd private crowd;

    function setUp() public {
        crowd = new Crowd();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(crowd);
    }

    function targetSelectors() external view returns (FuzzSelector[] memory selectors) {
        selectors = new FuzzSelector[](1);
        selectors[0] = FuzzSelector(address(crowd), crowd.actions());
    }

    /// Each call itself checks that it moves nobody else's money (Crowd).
    function invariant_theBooksBalance() public view {
        crowd.checkBooks();
    }
}
