// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../interfaces/INumeraireStaking.sol";

/// @title Which rounds still hold a batch's stakes
/// @notice A round draws a ticket at its first lock, and a ticket that has locked a batch leaves a bit with the batch. A
/// withdrawal remembers its batch's newest ticket (its mark) and is free once every older bit belongs to an ended ticket.
/// Ending a round costs the same for any number of batches, and one word answers for 128 tickets at once.
///
/// Invariant: of the tickets below a batch's mark, only those that locked the batch before the mark was read have a bit
/// there. So a round whose ticket is already below the mark draws a newer one before it locks that batch.
/// @dev Bits of the newest word stand in one slot with its counter: that is where nearly every lock and end writes.
library Holds {
    /// @notice How many words of tickets may separate the oldest live ticket from the newest: 65,536 tickets. It bounds
    /// every loop here, and no calendar comes near it: without it an organizer could draw so many tickets, with rounds
    /// that come and go, that an old round could not be ended any more within the gas of a transaction.
    uint256 internal constant MAX_LIVE_WORDS = 512;

    uint256 private constant WORD_SHIFT = 7;
    uint256 private constant IN_WORD = 127;

    /// @param drawn The newest ticket.
    /// @param firstLiveWord Every word of tickets before this one has ended, whole.
    /// @param seats How many seats were ever taken.
    /// @param freeSeat A seat that nobody has now; 0: none.
    /// @param spareSeats How many more there are.
    /// @param ended Of the newest ticket's word: the tickets that have ended.
    /// @param endedBefore The same for the words before.
    struct Book {
        uint32 drawn;
        uint32 firstLiveWord;
        uint24 seats;
        uint24 freeSeat;
        uint16 spareSeats;
        uint128 ended;
        mapping(uint256 index => uint24 seat) spareSeat;
        mapping(uint256 word => uint256 bits) endedBefore;
        mapping(uint256 batch => Marks) marks;
    }

    /// @param newest The newest ticket that locked the batch; 0: none.
    /// @param firstLiveWord All tickets before this word that locked the batch have ended: a round that never ends costs
    /// the batches it did not lock nothing.
    /// @param locked Of the newest ticket's word: the tickets that locked the batch.
    /// @param lockedBefore The same for the words before.
    struct Marks {
        uint32 newest;
        uint32 firstLiveWord;
        uint128 locked;
        mapping(uint256 word => uint256 bits) lockedBefore;
    }

    /// @notice Draws the next ticket. Tickets count from 1. Reverts `TooManyRoundsSinceOldest`.
    function draw(Book storage book) internal returns (uint32 ticket) {
        ticket = ++book.drawn;
        uint256 word = ticket >> WORD_SHIFT;
        uint256 words = word - book.firstLiveWord;
        if (words > MAX_LIVE_WORDS) {
            revert INumeraireStaking.TooManyRoundsSinceOldest(words << WORD_SHIFT, MAX_LIVE_WORDS << WORD_SHIFT);
        }
        if (ticket & IN_WORD == 0) {
            book.endedBefore[word - 1] = book.ended;
            book.ended = 0;
        }
    }

    /// @notice Takes a seat, counting from 1: one that somebody had before where there is one.
    /// @dev Mostly rounds come and go one by one, and then no slot but the book's is used.
    function sit(Book storage book) internal returns (uint24 seat) {
        seat = book.freeSeat;
        if (seat != 0) book.freeSeat = 0;
        else if (book.spareSeats != 0) seat = book.spareSeat[--book.spareSeats];
        else seat = ++book.seats;
    }

    /// @notice Gives a seat back.
    function vacate(Book storage book, uint24 seat) internal {
        // Safe: no more rounds than a uint16 counts are ever in flight, so there are no more seats.
        if (book.freeSeat != 0) book.spareSeat[book.spareSeats++] = seat;
        else book.freeSeat = seat;
    }

    /// @notice The newest ticket that locked the batch; 0: none.
    function mark(Book storage book, uint256 batch) internal view returns (uint32) {
        return book.marks[batch].newest;
    }

    /// @notice Marks the batch as locked by a ticket newer than all that locked it before.
    function hold(Book storage book, uint256 batch, uint32 ticket) internal {
        Marks storage marks = book.marks[batch];
        uint256 word = ticket >> WORD_SHIFT;
        uint256 newestWord = marks.newest >> WORD_SHIFT;
        if (word != newestWord) {
            uint256 first = marks.newest == 0 ? word : marks.firstLiveWord;
            while (first < word && _locked(marks, first) & ~_ended(book, first) == 0) ++first;
            marks.firstLiveWord = uint32(first);
            marks.lockedBefore[newestWord] = marks.locked;
            marks.locked = 0;
        }
        marks.newest = ticket;
        marks.locked |= _bit(ticket);
    }

    /// @notice Ends a ticket: it holds nothing any more.
    function end(Book storage book, uint32 ticket) internal {
        uint256 word = ticket >> WORD_SHIFT;
        if (word == book.drawn >> WORD_SHIFT) book.ended |= _bit(ticket);
        else book.endedBefore[word] |= _bit(ticket);

        uint256 first = book.firstLiveWord;
        if (word != first) return;
        // Ticket 0 is never drawn, so the first word counts as full without it.
        while (_ended(book, first) | (first == 0 ? 1 : 0) == type(uint128).max) ++first;
        if (word != first) book.firstLiveWord = uint32(first);
    }

    /// @notice Whether every ticket that had locked the batch when `upTo` was its mark has ended.
    function isFree(Book storage book, uint256 batch, uint32 upTo) internal view returns (bool) {
        Marks storage marks = book.marks[batch];
        uint256 last = upTo >> WORD_SHIFT;
        uint256 word = book.firstLiveWord;
        if (marks.firstLiveWord > word) word = marks.firstLiveWord;
        for (; word <= last; ++word) {
            uint256 held = _locked(marks, word) & ~_ended(book, word);
            // In the last word only bits up to the mark count.
            if (word == last) held &= type(uint128).max >> (IN_WORD - (upTo & IN_WORD));
            if (held != 0) return false;
        }
        return true;
    }

    function _ended(Book storage book, uint256 word) private view returns (uint256) {
        return word == book.drawn >> WORD_SHIFT ? book.ended : book.endedBefore[word];
    }

    function _locked(Marks storage marks, uint256 word) private view returns (uint256) {
        return word == marks.newest >> WORD_SHIFT ? marks.locked : marks.lockedBefore[word];
    }

    function _bit(uint32 ticket) private pure returns (uint128) {
        return uint128(1 << (ticket & IN_WORD));
    }
}
