// Everything that the app says, in one place; a text with values in it is a function of them. Plain words, the field's terms,
// no exclamation marks. Amounts come formatted, with their unit.

export const copy = {
  // ------------------------------------------------------------ pages

  // ------------------------------------------------------------ explanation of a payout

  // ------------------------------------------------------------ check

  // ------------------------------------------------------------ risk and exit

  // ------------------------------------------------------------ flows

  flows: {
    /** What the user does. */
    title: {
      openPosition: "Open a position",
      increaseStake: "Add to the stake",
      requestWithdrawal: "Request a withdrawal",
      cancelWithdrawal: "Cancel the withdrawal",
      withdraw: "Withdraw",
      stakePlan: "Carry out the stake plan",
    },
    /** How the tokens get there, in one line. */
    path: {
      none: "One transaction.",
      allowance: "One transaction: the contract may already take this much.",
      permit: "A signature, which costs nothing, and one transaction.",
      batch: "One confirmation: your wallet approves and stakes together, both or neither.",
      approve: "An approval of exactly this amount, then the stake.",
    },
    step: {
      reset: {
        name: "Reset the allowance",
        asks: "Your wallet asks to approve 0 NMR: this token changes an allowance only by way of 0.",
      },
      approve: {
        name: "Approve",
        asks: (amount: string) => `Your wallet asks to let the staking contract take ${amount}, and no more.`,
      },
      permit: {
        name: "Sign a permit",
        asks: (amount: string) =>
          `Your wallet asks for a signature that lets the staking contract take ${amount}, and no more. It sends nothing and costs nothing.`,
      },
      batch: {
        name: "Approve and stake",
        asks: (amount: string) => `Your wallet asks to approve ${amount} and to stake it, as one: both or neither.`,
      },
      stake: {
        name: "Send the transaction",
        asks: "Your wallet asks to send one transaction to the staking contract. It carries no ether.",
      },
    },
    state: {
      waiting: "Next",
      simulating: "Trying it out on the chain's state",
      wallet: "In your wallet",
      sent: "Sent, not in a block yet",
      mined: (block: string) => `In block ${block}`,
      confirmed: "Confirmed by the contract",
      failed: "Not done",
    },
    end: {
      reached: (block: string) => `Done, and indexed up to block ${block}.`,
      unknown: (block: string) =>
        `Done in block ${block}. The index doesn't answer: figures that come from it may lag.`,
      abandoned: "Given up. Nothing of it is under way.",
    },
    change: {
      active: "Active stake",
      pending: "Leaving",
      withdrawable: "Free to withdraw",
      balance: "In your account",
      allowance: "The contract may take",
      afterUnknown: "Your node can't show what will be after; the transaction itself was tried out.",
    },
    /** Ways that the user may choose instead. */
    instead: {
      permit: "Approve with a transaction instead",
      batch: "Approve first, then stake, in two transactions",
    },
  },

  // ------------------------------------------------------------ errors
} as const;
