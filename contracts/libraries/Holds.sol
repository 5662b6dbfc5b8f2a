// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Which rounds still hold a batch's stakes
/// @notice A round draws a ticket at its first lock, and a ticket that has locked a batch leaves a bit with the batch. A
/// withdrawal remembers its batch's newest ticket (its mark) and is free once every older bit belongs to an ended ticket.
/// Ending a round costs the same for any number of batches, and one word answers for 256 tickets at once.
///
/// Invariant: of the tickets below a batch's mark, only those that locked the batch before the mark was read have a bit
/// there. So a round whose ticket is already below the mark draws a newer one before it locks that batch.
library Holds {
    struct Book {
        uint32 drawn;
        /// Every word of `ended` before this one is full.
        uint32 firstLiveWord;
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

    /// @notice Draws the next ticket. Tickets count from 1.
    function draw(Book storage book) internal returns (uint32 ticket) {
        ticket = ++book.drawn;
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
        if (word < last) {
            uint256 own = book.marks[batch].firstLiveWord;
            if (own > word) word = own;
        }
        for (; word <= last; ++word) {
            uint256 live = book.locked[batch][word] & ~book.ended[word];
            // In the last word only bits up to the mark count.
            if (word == last) live &= type(uint256).max >> (255 - (upTo & 255));
            if (live != 0) return false;
        }
        return true;
    }

    function _bit(uint32 ticket) private pure returns (uint256) {
        return 1 << (ticket & 255);
    }
}
