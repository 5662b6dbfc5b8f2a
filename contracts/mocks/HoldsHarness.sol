// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Holds} from "../libraries/Holds.sol";

/// @title The book of holds from outside, many tickets a call
contract HoldsHarness {
    using Holds for Holds.Book;

    Holds.Book private _book;

    /// @notice Draws tickets, and ends each at once unless they are to be kept.
    function draw(uint256 times, bool keep) external {
        for (uint256 i = 0; i < times; ++i) {
            uint32 ticket = _book.draw();
            if (!keep) _book.end(ticket);
        }
    }

    function end(uint32 ticket) external {
        _book.end(ticket);
    }

    function hold(uint256 batch, uint32 ticket) external {
        _book.hold(batch, ticket);
    }

    /// @notice Whether the batch waits for nothing that has locked it so far.
    function isFree(uint256 batch) external view returns (bool) {
        return _book.isFree(batch, _book.mark(batch));
    }
}
