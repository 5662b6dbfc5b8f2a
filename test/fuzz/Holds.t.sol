// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {INumeraireStaking} from "../../contracts/interfaces/INumeraireStaking.sol";
import {Holds} from "../../contracts/libraries/Holds.sol";
import {Dice} from "../support/Vm.sol";

/// @notice Rounds that lock batches, requests that wait for them, in any order, against sets that remember everything.
contract HoldsTest {
    using Dice for Dice.Cup;
    using Holds for Holds.Book;

    uint256 private constant ROUNDS = 24;
    uint256 private constant BATCHES = 3;
    uint256 private constant STEPS = 80;

    struct Request {
        uint256 batch;
        uint32 mark;
        /// The model: rounds that had locked the batch.
        uint256 waitsFor;
    }

    Holds.Book private _book;
    mapping(uint256 round => uint32[]) private _tickets;
    Request[] private _requests;
    uint256[BATCHES] private _lockedBy;
    uint256 private _ended;
    /// The model: the oldest ticket of a round that never ends; 0: there is none.
    uint256 private _everlasting;

    function testFuzz_X1_aRequestWaitsForExactlyTheRoundsBeforeIt(uint256 seed) public {
        Dice.Cup memory cup = Dice.Cup(seed);
        for (uint256 step = 0; step < STEPS; ++step) {
            uint256 round = cup.upTo(ROUNDS - 1);
            uint256 batch = cup.upTo(BATCHES - 1);
            uint256 act = cup.upTo(99);
            if (act < 40) _lock(round, batch);
            else if (act < 60) _request(batch);
            else if (act < 80) _end(round);
            else _othersComeAndGo(cup);
            _check();
        }
        // From any state: once all have ended, all are free.
        for (uint256 round = 0; round < ROUNDS; ++round) _end(round);
        _check();
        for (uint256 i = 0; i < _requests.length; ++i) {
            require(_book.isFree(_requests[i].batch, _requests[i].mark), "held for ever");
        }
    }

    /// @notice Rounds that come and go: a seat is one live round's at a time, and none is new while one is free.
    function testFuzz_R1_noTwoLiveRoundsShareASeat(uint256 seed) public {
        Dice.Cup memory cup = Dice.Cup(seed);
        uint24[] memory seats = new uint24[](ROUNDS);
        uint256 taken = 0;
        uint256 most = 0;
        for (uint256 step = 0; step < STEPS; ++step) {
            uint256 round = cup.upTo(ROUNDS - 1);
            if (seats[round] != 0) {
                _book.vacate(seats[round]);
                seats[round] = 0;
                --taken;
                continue;
            }
            uint24 seat = _book.sit();
            for (uint256 i = 0; i < ROUNDS; ++i) require(seats[i] != seat, "somebody sits there");
            seats[round] = seat;
            if (++taken > most) most = taken;
            require(seat != 0 && seat <= most, "a new one where another was free");
        }
    }

    /// @notice X-1 where all other rounds of a word have ended: one that lives holds book and batch, whichever it is, the
    /// first of the word not least.
    function testFuzz_X1_theOnlyRoundThatLivesHoldsItsBatch(uint256 seed) public {
        Dice.Cup memory cup = Dice.Cup(seed);
        uint32 live = uint32(cup.chance(50) ? 128 * (1 + cup.upTo(2)) : 1 + cup.upTo(400));
        for (uint32 ticket = 1; ticket <= (live | 127) + 1; ++ticket) {
            require(_book.draw() == ticket, "one after the other");
            // The last round of the word locks the batch as well: it is the mark.
            if (ticket == live || ticket == live | 127) _book.hold(0, ticket);
        }
        for (uint32 ticket = 1; ticket <= (live | 127) + 1; ++ticket) if (ticket != live) _book.end(ticket);
        require(_book.firstLiveWord == live >> 7 && !_book.isFree(0, live | 127), "it holds");
        _book.end(live);
        require(_book.firstLiveWord == (live >> 7) + 1 && _book.isFree(0, live | 127), "it has ended");
    }

    /// @notice The loops are bounded: 512 words of tickets from the oldest that may live, and not one more.
    function testFuzz_aTicketIsDrawnWithin512WordsOfTheOldest(uint256 seed) public {
        Dice.Cup memory cup = Dice.Cup(seed);
        uint256 first = cup.upTo(1 << 20);
        _book.firstLiveWord = uint32(first);
        _book.drawn = uint32((first + 512) * 128 + cup.upTo(126));
        require(_book.draw() >> 7 == first + 512, "the last word");
        _book.drawn = uint32((first + 513) * 128 - 1);
        (bool drawn, bytes memory answer) = address(this).call(abi.encodeCall(this.draw, ()));
        bytes memory refusal = abi.encodeWithSelector(
            INumeraireStaking.TooManyRoundsSinceOldest.selector,
            513 * 128,
            512 * 128
        );
        require(!drawn && keccak256(answer) == keccak256(refusal), "one more");
    }

    /// @notice An old round that never ends costs a batch nothing that it did not lock, however many rounds came since.
    function testFuzz_aBatchDoesNotPayForRoundsThatItDidNotHold(uint256 seed) public {
        Dice.Cup memory cup = Dice.Cup(seed);
        _book.hold(0, _book.draw());
        uint32 ticket = _drawAfter(200 + cup.upTo(50));
        uint256 before = gasleft();
        _book.hold(1, ticket);
        require(before - gasleft() < 60_000, "its first lock");
        _book.end(ticket);

        ticket = _drawAfter(200 + cup.upTo(50));
        _book.hold(1, ticket);
        before = gasleft();
        bool free = _book.isFree(1, ticket);
        require(before - gasleft() < 30_000, "a look at what it waits for");
        require(!free, "its own round holds it");
    }

    /// @dev A ticket so many words on; nobody holds anything by those between.
    function _drawAfter(uint256 words) private returns (uint32) {
        uint256 word = _book.drawn >> 7;
        _book.endedBefore[word] = _book.ended;
        _book.ended = 0;
        _book.drawn = uint32((word + words) << 7);
        return _book.draw();
    }

    function draw() external returns (uint32) {
        return _book.draw();
    }

    function _lock(uint256 round, uint256 batch) private {
        uint256 bit = 1 << round;
        if ((_ended | _lockedBy[batch]) & bit != 0) return;
        uint32[] storage tickets = _tickets[round];
        if (tickets.length == 0 || _book.mark(batch) > tickets[tickets.length - 1]) tickets.push(_book.draw());
        uint32 ticket = tickets[tickets.length - 1];
        _book.hold(batch, ticket);
        require(_book.mark(batch) == ticket, "the newest");
        _lockedBy[batch] |= bit;
    }

    function _request(uint256 batch) private {
        _requests.push(Request({batch: batch, mark: _book.mark(batch), waitsFor: _lockedBy[batch]}));
    }

    function _end(uint256 round) private {
        if (_ended & (1 << round) != 0) return;
        uint32[] storage tickets = _tickets[round];
        for (uint256 i = 0; i < tickets.length; ++i) _book.end(tickets[i]);
        _ended |= 1 << round;
    }

    /// @dev Rounds that the model leaves out, as they lock batches of their own: they only move the tickets on.
    function _othersComeAndGo(Dice.Cup memory cup) private {
        bool end = cup.chance(80);
        for (uint256 i = cup.upTo(90); i > 0; --i) {
            uint32 ticket = _book.draw();
            _book.hold(BATCHES, ticket);
            if (end) _book.end(ticket);
            else if (_everlasting == 0) _everlasting = ticket;
        }
    }

    function _check() private view {
        require(_book.firstLiveWord == _oldestLive() >> 7, "the book begins with the oldest that lives");
        for (uint256 i = 0; i < _requests.length; ++i) {
            Request storage request = _requests[i];
            bool free = request.waitsFor & ~_ended == 0;
            require(_book.isFree(request.batch, request.mark) == free, free ? "held for no reason" : "free too early");
        }
    }

    /// @dev The oldest ticket that holds something, or else the next one.
    function _oldestLive() private view returns (uint256 oldest) {
        oldest = _everlasting == 0 ? _book.drawn + 1 : _everlasting;
        for (uint256 round = 0; round < ROUNDS; ++round) {
            uint32[] storage tickets = _tickets[round];
            if (_ended & (1 << round) != 0 || tickets.length == 0) continue;
            if (tickets[0] < oldest) oldest = tickets[0];
        }
    }
}
