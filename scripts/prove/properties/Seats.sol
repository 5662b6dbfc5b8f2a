// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Holds} from "../../../contracts/libraries/Holds.sol";

/// @notice The seats of rounds, and what a batch remembers of the rounds that locked it.
contract Seats {
    Holds.Book private _book;

    /// @notice A seat that was just given back is taken before a new one is made.
    function vacatedSeatIsTakenAgain(uint24 seat) external {
        require(seat != 0 && seat <= _book.seats);
        uint24 seats = _book.seats;
        Holds.vacate(_book, seat);
        Holds.sit(_book);
        assert(_book.seats == seats);
    }

    /// @notice With no seat free, the next round gets a number that no round ever had.
    function newSeatIsNew() external {
        require(_book.freeSeat == 0 && _book.spareSeats == 0);
        uint24 seats = _book.seats;
        uint24 seat = Holds.sit(_book);
        assert(seat == _book.seats && seat > seats);
    }

    /// @notice The free seat is had by one round only: taken, it is free no more.
    function freeSeatIsTakenOnce() external {
        require(_book.freeSeat != 0);
        uint24 free = _book.freeSeat;
        uint24 seat = Holds.sit(_book);
        assert(seat == free && _book.freeSeat == 0);
    }
}
