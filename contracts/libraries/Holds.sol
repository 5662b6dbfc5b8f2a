// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../interfaces/INumeraireStaking.sol";

/// @title Which rounds still hold a batch's stakes
/// @notice A round draws a ticket at its first lock, and a ticket that has locked a batch leaves a bit with the batch. A
/// withdrawal remembers its batch's newest ticket (its mark) and is free once every older bit belongs to an ended ticket.
/// Ending a round costs the same for any number of batches, and one word answers for 256 tickets at once.
///
/// Invariant: of the tickets below a batch's mark, only those that locked the batch before the mark was read have a bit
/// there. So a round whose ticket is already below the mark draws a newer one before it locks that batch.
library Holds {
    /// @notice How many words of tickets may separate the oldest live ticket from the newest: 65,536 tickets. It bounds
    /// every loop here, and no calendar comes near it: without it an organizer could draw so many tickets, with rounds
    /// that come and go, that an old round could not be ended any more within the gas of a transaction.
    uint256 internal constant MAX_LIVE_WORDS = 256;

    struct Book {
        uint32 drawn;
        /// Every word of `ended` before this one is full.
        uint32 firstLiveWord;
        /// How many seats were ever taken.
        uint24 seats;
        /// That of the round which ended last, until another one sits there; 0: none.
        uint24 freeSeat;
        mapping(uint256 word => uint256 bits) ended;
        mapping(uint256 batch => Marks) marks;
        mapping(uint256 batch => mapping(uint256 word => uint256 bits)) locked;
    }

    /// @param newest The newest ticket that locked the batch; 0: none.
    /// @param firstLiveWord All tickets before this word that locked the batch have ended: a round that never ends costs
    /// the batches it did not lock nothing.
    struct Marks {
        uint32 newest;
        uint32 firstLiveWord;
    }

    /// @notice Draws the next ticket. Tickets count from 1. Reverts `TooManyRoundsSinceOldest`.
    function draw(Book storage book) internal returns (uint32 ticket) {
        ticket = ++book.drawn;
        uint256 words = (ticket >> 8) - book.firstLiveWord;
        if (words > MAX_LIVE_WORDS) revert INumeraireStaking.TooManyRoundsSinceOldest(words << 8, MAX_LIVE_WORDS << 8);
    }

    /// @notice A seat that nobody has now, counting from 1.
    function sit(Book storage book) internal returns (uint24 seat) {
        seat = book.freeSeat;
        if (seat == 0) seat = ++book.seats;
        else book.freeSeat = 0;
    }

    /// @notice Gives a seat back. Of several that are free only the last is taken again: what it saves needs no list.
    function leave(Book storage book, uint24 seat) internal {
        book.freeSeat = seat;
    }

    /// @notice The newest ticket that locked the batch; 0: none.
    function mark(Book storage book, uint256 batch) internal view returns (uint32) {
        return book.marks[batch].newest;
    }

    /// @notice Marks the batch as locked by a ticket newer than all that locked it before.
    function hold(Book storage book, uint256 batch, uint32 ticket) internal {
        Marks memory marks = book.marks[batch];
        uint256 word = ticket >> 8;
        uint256 first = marks.newest == 0 ? word : marks.firstLiveWord;
        while (first < word && book.locked[batch][first] & ~book.ended[first] == 0) ++first;
        book.marks[batch] = Marks({newest: ticket, firstLiveWord: uint32(first)});
        book.locked[batch][word] |= _bit(ticket);
    }

    /// @notice Ends a ticket: it holds nothing any more.
    function end(Book storage book, uint32 ticket) internal {
        uint256 word = ticket >> 8;
        uint256 bits = book.ended[word] | _bit(ticket);
        book.ended[word] = bits;

        uint256 first = book.firstLiveWord;
        if (word != first) return;
        // Ticket 0 is never drawn, so the first word counts as full without it.
        while (bits | (first == 0 ? 1 : 0) == type(uint256).max) bits = book.ended[++first];
        if (word != first) book.firstLiveWord = uint32(first);
    }

    /// @notice Whether every ticket that had locked the batch when `upTo` was its mark has ended.
    function isFree(Book storage book, uint256 batch, uint32 upTo) internal view returns (bool) {
        uint256 last = upTo >> 8;
        uint256 word = book.firstLiveWord;
        // Knowing the batch's own first word costs as much as looking at one.
        if (word + 1 < last) {
            uint256 own = book.marks[batch].firstLiveWord;
            if (own > word) word = own;
        }
        for (; word <= last; ++word) {
            uint256 live = ~book.ended[word];
            if (live == 0) continue;
            // In the last word only bits up to the mark count.
            if (word == last) live &= type(uint256).max >> (255 - (upTo & 255));
            if (live & book.locked[batch][word] != 0) return false;
        }
        return true;
    }

    function _bit(uint32 ticket) private pure returns (uint256) {
        return 1 << (ticket & 255);
    }
}
