// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title A replica of mainnet NMR (2017), with the quirks that a plain mock hides
/// @notice `mint` burns the caller's tokens and `numeraiTransfer` another account's; both answer false where others would
/// revert. Every function that is checked for it refuses trailing calldata, and `mint` is the one that is not; `approve`
/// refuses to go from non-zero to non-zero; `decimals` is a uint256; there is no permit, no `burn`, and an unknown function
/// eats all gas. Stopped in an emergency it answers false to what it does not do. From its owners' accounts nobody else
/// takes tokens, whatever they allowed.
contract MainnetNumeraire {
    string public constant name = "Numeraire";
    string public constant symbol = "NMR";
    uint256 public constant decimals = 18;

    uint256 public totalSupply;
    mapping(address account => uint256) public balanceOf;
    mapping(address owner => mapping(address spender => uint256)) public allowance;
    /// Tests make burns fail with it.
    bool public burnsFail;
    /// Tests make burns happen and be denied with it.
    bool public burnsDenied;
    /// The emergency stop.
    bool public stopped;
    mapping(address account => bool) public isOwner;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);

    error TrailingCalldata(uint256 expected, uint256 actual);
    error BalanceTooSmall(uint256 balance, uint256 value);
    error AllowanceTooSmall(uint256 allowance, uint256 value);
    error ApprovalNotReset(uint256 allowance, uint256 value);
    error ApprovalMismatch(uint256 expected, uint256 actual);
    error OwnersTokens(address owner);

    /// @dev Stopped, it leaves the answer as it is: false.
    modifier stopInEmergency() {
        if (!stopped) _;
    }

    modifier exactCalldata(uint256 arguments) {
        uint256 expected = 4 + 32 * arguments;
        if (msg.data.length != expected) revert TrailingCalldata(expected, msg.data.length);
        _;
    }

    constructor(address recipient) {
        totalSupply = 11_000_000e18;
        balanceOf[recipient] = totalSupply;
        emit Transfer(address(0), recipient, totalSupply);
    }

    /// @dev Solidity of 2017 answered an unknown function with an invalid instruction.
    fallback() external {
        assembly ("memory-safe") {
            invalid()
        }
    }

    function setBurnsFail(bool fail) external {
        burnsFail = fail;
    }

    function setBurnsDenied(bool denied) external {
        burnsDenied = denied;
    }

    function setStopped(bool stop) external {
        stopped = stop;
    }

    function setOwner(address account, bool owner) external {
        isOwner[account] = owner;
    }

    function transfer(address to, uint256 value) external stopInEmergency exactCalldata(2) returns (bool ok) {
        _move(msg.sender, to, value);
        ok = true;
    }

    function transferFrom(
        address from,
        address to,
        uint256 value
    ) external stopInEmergency exactCalldata(3) returns (bool ok) {
        if (isOwner[from]) revert OwnersTokens(from);
        uint256 allowed = allowance[from][msg.sender];
        if (allowed < value) revert AllowanceTooSmall(allowed, value);
        allowance[from][msg.sender] = allowed - value;
        _move(from, to, value);
        ok = true;
    }

    function approve(address spender, uint256 value) external stopInEmergency exactCalldata(2) returns (bool ok) {
        uint256 allowed = allowance[msg.sender][spender];
        if (allowed != 0 && value != 0) revert ApprovalNotReset(allowed, value);
        _approve(msg.sender, spender, value);
        ok = true;
    }

    function changeApproval(
        address spender,
        uint256 expected,
        uint256 value
    ) external stopInEmergency exactCalldata(3) returns (bool ok) {
        uint256 allowed = allowance[msg.sender][spender];
        if (allowed != expected) revert ApprovalMismatch(expected, allowed);
        _approve(msg.sender, spender, value);
        ok = true;
    }

    /// @notice Burns the caller's tokens.
    function mint(uint256 value) external stopInEmergency returns (bool ok) {
        ok = _burn(msg.sender, value);
    }

    /// @notice Burns another account's tokens, within the caller's allowance.
    function numeraiTransfer(address from, uint256 value) external exactCalldata(2) returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed < value || !_burn(from, value)) return false;
        _approve(from, msg.sender, allowed - value);
        return true;
    }

    function _burn(address from, uint256 value) private returns (bool) {
        if (burnsFail || balanceOf[from] < value) return false;
        balanceOf[from] -= value;
        totalSupply -= value;
        emit Transfer(from, address(0), value);
        return !burnsDenied;
    }

    function _approve(address owner, address spender, uint256 value) private {
        allowance[owner][spender] = value;
        emit Approval(owner, spender, value);
    }

    function _move(address from, address to, uint256 value) private {
        if (balanceOf[from] < value) revert BalanceTooSmall(balanceOf[from], value);
        balanceOf[from] -= value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }
}
