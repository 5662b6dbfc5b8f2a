// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Words} from "../../contracts/libraries/Words.sol";

contract WordsTest {
    /// A lane of 256 words holds 2^56 each: their sum is 2^64 at most.
    uint256 private constant LARGEST = 0x00ffffffffffffff_00ffffffffffffff_00ffffffffffffff_00ffffffffffffff;

    uint256[256] private _stored;

    function testFuzz_laneIsWhatWithLanePut(uint256 word, uint256 index, uint64 value) public pure {
        index %= Words.LANES;
        uint256 changed = Words.withLane(word, index, value);
        for (uint256 i = 0; i < Words.LANES; ++i) {
            require(Words.lane(changed, i) == (i == index ? value : Words.lane(word, i)), "another lane changed");
        }
        require(Words.withLane(changed, index, Words.lane(word, index)) == word, "not taken back");
    }

    function testFuzz_laneIsBits(uint64[4] memory lanes) public pure {
        uint256 word = (uint256(lanes[3]) << 192) | (uint256(lanes[2]) << 128) | (uint256(lanes[1]) << 64) | lanes[0];
        uint256 built = 0;
        for (uint256 i = 0; i < Words.LANES; ++i) {
            require(Words.lane(word, i) == lanes[i], "lane i is bits [64i, 64i + 64)");
            built = Words.withLane(built, i, lanes[i]);
        }
        require(built == word, "word of its lanes");
    }

    function testFuzz_scoresAreTheHalvesOfALane(int32 score0, int32 score1) public pure {
        uint256 lane = (uint256(uint32(score0)) << 32) | uint32(score1);
        (int256 high, int256 low) = Words.scoresOf(lane);
        require(high == score0 && low == score1, "high half score 0, low half score 1");
    }

    function testFuzz_hashIsOfTheWordsBackToBack(uint256[] memory words) public view {
        bytes32 packed = keccak256(abi.encodePacked(words));
        require(Words.hash(words) == packed, "of memory");
        require(this.hashCalldata(words) == packed, "of calldata");
    }

    function testFuzz_loadReadsAndAdds(uint256 seed, uint256 first, uint256 count) public {
        first %= Words.WORDS_PER_BATCH;
        count %= Words.WORDS_PER_BATCH - first + 1;
        // Lanes as large as their sums, lane by lane, still fit.
        for (uint256 i = 0; i < count; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            _stored[first + i] = (word % 3 == 0 ? type(uint256).max : word) & LARGEST;
        }
        uint256 slot;
        assembly {
            slot := add(_stored.slot, first)
        }
        (uint256[] memory words, uint256 sums) = Words.load(slot, count);
        uint256 naive = 0;
        require(words.length == count, "as many as asked for");
        for (uint256 i = 0; i < count; ++i) {
            require(words[i] == _stored[first + i], "the words of storage");
            for (uint256 lane = 0; lane < Words.LANES; ++lane) naive += Words.lane(words[i], lane);
        }
        require(Words.sum(sums) == naive, "the sum of all lanes");
    }

    function hashCalldata(uint256[] calldata words) external pure returns (bytes32 digest) {
        digest = Words.hashCalldata(words);
        // The scratch is not kept, and what is allocated next is zero.
        uint256[] memory fresh = new uint256[](words.length);
        for (uint256 i = 0; i < fresh.length; ++i) require(fresh[i] == 0, "memory is left clean");
    }
}
