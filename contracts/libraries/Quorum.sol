// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {INumeraireStaking} from "../interfaces/INumeraireStaking.sol";

/// @title M of N signatures
library Quorum {
    /// @notice Signers are named by a bit each, and 64 of them cost 64 storage reads at most.
    uint256 internal constant MAX_REPORTERS = 64;

    struct Set {
        uint8 quorum;
        uint8 count;
        mapping(uint256 index => address) reporters;
    }

    /// @notice Stores a new set, once: 1 to 64 reporters, none zero, none twice, quorum 1 to all of them.
    function init(Set storage set, address[] memory reporters, uint8 quorum) internal {
        uint256 count = reporters.length;
        if (count == 0 || count > MAX_REPORTERS) {
            revert INumeraireStaking.ReportersCountInvalid(count, MAX_REPORTERS);
        }
        if (quorum == 0 || quorum > count) revert INumeraireStaking.QuorumInvalid(quorum, count);
        for (uint256 i = 0; i < count; ++i) {
            if (reporters[i] == address(0)) revert INumeraireStaking.ReporterZero(i);
            for (uint256 j = 0; j < i; ++j) {
                if (reporters[j] == reporters[i]) revert INumeraireStaking.ReporterDoubled(reporters[i]);
            }
        }
        set.quorum = quorum;
        set.count = uint8(count);
        for (uint256 i = 0; i < count; ++i) set.reporters[i] = reporters[i];
    }

    /// @notice The reporters of a set, in their order.
    function members(Set storage set) internal view returns (address[] memory reporters) {
        reporters = new address[](set.count);
        for (uint256 i = 0; i < reporters.length; ++i) reporters[i] = set.reporters[i];
    }

    /// @notice Reverts unless at least `quorum` reporters of the set signed, each named by its bit and each signature valid.
    /// A bit names a reporter once, so nobody counts twice.
    /// @param signers Bit i: reporter i signed.
    /// @param signatures One a set bit, lowest bit first.
    function verify(Set storage set, bytes32 digest, uint256 signers, bytes[] calldata signatures) internal view {
        uint256 count = set.count;
        uint256 used = 0;
        for (uint256 rest = signers; rest != 0; rest &= rest - 1) ++used;
        if (used < set.quorum) revert INumeraireStaking.QuorumNotReached(used, set.quorum);
        if (used != signatures.length) revert INumeraireStaking.SignaturesCountMismatch(used, signatures.length);

        used = 0;
        for (uint256 i = 0; signers >> i != 0; ++i) {
            if ((signers >> i) & 1 == 0) continue;
            if (i >= count) revert INumeraireStaking.SignerUnknown(i, count);
            address reporter = set.reporters[i];
            if (!isSignedBy(reporter, digest, signatures[used])) {
                revert INumeraireStaking.SignatureInvalid(i, reporter);
            }
            ++used;
        }
    }

    /// @notice Whether an account signed: by ECDSA (65 bytes, low s) or, where it has code, by ERC-1271.
    /// @dev ECDSA goes first, so that an account which delegated its code (EIP-7702) still signs with its key.
    function isSignedBy(address account, bytes32 digest, bytes calldata signature) internal view returns (bool) {
        (address recovered, ECDSA.RecoverError problem, ) = ECDSA.tryRecoverCalldata(digest, signature);
        if (problem == ECDSA.RecoverError.NoError && recovered == account) return true;
        return
            account.code.length != 0 && SignatureChecker.isValidERC1271SignatureNowCalldata(account, digest, signature);
    }
}
