// Everything that the app says, in one place; a text with values in it is a function of them. Plain words, the field's terms,
// no exclamation marks. Amounts come formatted, with their unit.

import type { ErrorText, ErrorTexts } from "../chain/error-abi.ts";

export const copy = {
  // ------------------------------------------------------------ pages

  shell: {
    name: "Numeraire Staking",
    navigation: "Main",
    overview: "Overview",
    mine: "My stakes",
    check: "Check",
    skip: "Skip to the content",
    light: "Light colours",
    dark: "Dark colours",
    loading: "Loading",
    tryAgain: "Try again",
    noAnswer: "No answer yet",
    notFound: "There is no such page",
    notFoundHint: "The address may be mistyped, or from another version of this page.",
    unusable: (reason: string) => `This page can't start: ${reason}`,
    contract: (chain: string) => `Contract on ${chain}:`,
    build: (digest: string) => `Build ${digest}`,
    privacy: "No server of its own, no cookies, nothing from elsewhere.",
  },
  status: {
    block: (block: bigint) => `Block ${block.toLocaleString("en")}`,
    behind: (blocks: bigint) => `Index ${blocks.toLocaleString("en")} blocks behind`,
    noIndex: "Index doesn't answer",
    noIndexAtAll: "This deployment has no index: it shows what the chain alone can tell.",
    noChain: "Chain doesn't answer",
  },
  wallet: {
    connect: "Connect",
    choose: "Choose a wallet",
    connected: "Connected",
    none: "No wallet was found in this browser. Any that announces itself (EIP-6963) appears here once it is installed.",
    disconnect: "Disconnect",
    close: "Close",
    refused: "The wallet didn't connect. Nothing was changed; try again, or choose another.",
    wrongNetwork: (chain: string) => `Switch to ${chain}`,
  },
  units: { nmr: "NMR" },
  transaction: "Transaction",
  time: { now: "now" },
  table: { empty: "Nothing here yet.", all: (count: number) => `Show all ${count.toLocaleString("en")}` },
  chart: {
    asTable: "As a table",
    day: "Day",
    perDay: "NMR a day",
    from: "From",
    to: "To",
    count: "Positions",
    above: "Gains",
    below: "Losses",
  },
  overview: {
    title: "What is staked, at risk, paid",
    lead: "Every payout here was computed by the contract, from its own snapshot of the stakes and from scores that a quorum signed.",
    staked: "Staked",
    pending: (amount: string) => `and ${amount} on its way out`,
    atRisk: "At risk now",
    atRiskNote: "A stake counts in each round that holds it",
    rewarded: "Rewarded",
    burned: "Burned",
    reserve: "Reserve",
    positions: (positions: string, stakers: string) => `${positions} positions of ${stakers} stakers`,
    payouts: (payouts: string) => `in ${payouts} payouts`,
    inFlight: "Rounds in flight",
    noneInFlight: "No round is in flight: nothing is at risk now.",
    tournaments: "Tournaments",
    overTime: "Over time",
    stakedChart: "Staked and at risk",
    paidChart: "Rewarded and burned",
    columns: { tournament: "Tournament", models: "Models", stakers: "Stakers", inFlight: "Rounds in flight" },
  },
  tournament: {
    eyebrow: (number: number) => `Tournament ${number}`,
    unknown: "There is no such tournament",
    figures: { stakers: "Stakers", positions: (count: string) => `${count} positions` },
    worst: "The worst that any round may do",
    worstLead: "These limits were fixed when the tournament was created. Nobody can change them.",
    clip: "Highest clip of a round",
    exposure: "Highest exposure of a round",
    inFlight: "Most rounds in flight at once",
    product: "All of them together, at most",
    cannotExceed: "never more than what they locked",
    canExceed: "could take all that is staked",
    duration: "Longest round, close to end",
    window: "Shortest dispute window",
    minStake: "Smallest stake",
    reserve: "Reserve",
    reserveLead:
      "Rewards are paid from it. A round locks only where the reserve covers its worst case, so what is locked can be paid.",
    total: "Reserve",
    earmarked: "Held back for rounds in flight",
    free: "Free",
    coverage: "Free part of the reserve",
    asOf: (block: bigint) => `As the contract says at block ${block.toLocaleString("en")}`,
    movements: "What was put in and taken out",
    people: "Who does what",
    organizer: "Organizer",
    guardian: "Guardian",
    nobody: "nobody",
    registrar: "Registrar",
    open: "none: anyone may stake",
    reporters: (quorum: number, of: number) => `Reporters, ${quorum} of ${of} must sign`,
    calendar: "Rounds",
    leaderboard: "Leaderboard",
    byPosition: "Models",
    byStaker: "Stakers",
    returns: "Payouts ÷ stakes at the lock, over the last settled rounds: what a staked NMR brought a round.",
    columns: {
      round: "Round",
      state: "State",
      closes: "Closes",
      settledBy: "Ends by",
      staked: "Staked",
      factor: "Payout factor",
      rewarded: "Rewarded",
      burned: "Burned",
      model: "Model",
      staker: "Staker",
      stake: "Stake",
      last20: "Last 20",
      last60: "Last 60",
      allTime: "All time",
      kind: "What",
      amount: "Amount",
      reserve: "Reserve then",
      account: "Account",
      when: "When",
    },
    kinds: { FUNDED: "funded", WITHDRAWN: "withdrawn" },
  },
  round: {
    eyebrow: (tournament: string) => `Round in ${tournament}`,
    title: (round: string) => `Round ${round}`,
    unknown: "There is no such round",
    staked: "Locked",
    stakes: (count: string) => `by ${count} positions`,
    notYet: "not yet",
    atRisk: "At risk now",
    factor: "Payout factor",
    factorNote: "Below 1 where more is at risk than the threshold",
    timeline: "Timeline",
    steps: {
      opened: "Opened, terms frozen",
      closes: "Stakes are locked from here",
      locked: "Locked",
      lockedBy: "Void from here unless locked",
      resolves: "Scores may be reported",
      reported: "Reported",
      settled: "Settled",
      settledBy: "Void from here unless settled",
      voided: "Void",
      vetoed: (batch: number) => `Report of batch ${batch} vetoed`,
    },
    terms: "Terms",
    multipliers: "Multipliers of the scores",
    clip: "Clip",
    threshold: "Threshold",
    none: "none",
    exposure: "Exposure",
    window: "Dispute window",
    reporters: (quorum: number, of: number) => `${quorum} of ${of} reporters`,
    distributions: "Distributions",
    scores: "Weighted scores",
    payouts: "Payouts, share of the stake",
    positions: "Positions",
    search: "Search a model or staker",
    found: (count: number, of: number) => `${count.toLocaleString("en")} of ${of.toLocaleString("en")}`,
    checkRound: "Check the whole round",
    columns: {
      position: "Position",
      model: "Model",
      staker: "Staker",
      stake: "Stake",
      score0: "Score 0",
      score1: "Score 1",
      payout: "Payout",
      rate: "of the stake",
      why: "Why",
    },
    clipped: "why: clipped",
    whyLink: "why",
  },
  model: {
    eyebrow: (tournament: string) => `Model in ${tournament}`,
    unknown: "Nobody has staked on this model",
    hash: "the keccak256 of its name",
    payouts: "Payouts",
    columns: { round: "Round", when: "When", stake: "Stake", payout: "Payout", rate: "of the stake", why: "Why" },
    cumulative: "Payouts, added up",
    heldBy: "Rounds that hold it now",
    free: "No round holds anything now.",
    position: (number: number) => `Position ${number} of`,
    outBy: "out by",
    active: "Active",
    pending: "On its way out",
    rewarded: "Rewarded",
    burned: "Burned",
  },
  staker: {
    eyebrow: "Staker",
    unknown: "This address has never staked here.",
    models: "Models",
    history: "Payouts",
    csv: "Download the whole history (CSV)",
    staked: "Staked",
    rounds: "Rounds in flight",
    atRisk: "At risk now",
    net: "Rewarded less burned",
    last20: "Return, last 20 rounds",
    columns: {
      model: "Model",
      tournament: "Tournament",
      active: "Active",
      pending: "On its way out",
      inFlight: "Rounds that hold it",
      atRisk: "At risk",
      last20: "Last 20",
      allTime: "All time",
      net: "Net",
    },
  },

  checkPage: {
    eyebrow: "Check",
    title: "Check a payout yourself",
    payout: (round: string, position: string) => `Round ${round}, position ${position}`,
    round: (round: string) => `Round ${round}, every position`,
    lead: "Your browser reads the round's events from the chain, hashes the words again, recovers the reporters' signatures and computes the payout anew. It asks no index and no server.",
    believed: {
      one: "What can't be computed anew, the time of a block above all, is believed of one node. This deployment names no second one.",
      both: "Two nodes are asked, and nothing is believed that one of them says otherwise.",
    },
    fields: { tournament: "Tournament", round: "Round", position: "Position" },
    whole: "all",
    go: "Check",
    checked: "What was checked",
    steps: "Step by step",
    nothing: "none",
    words: (count: number) => `${count.toLocaleString("en")} words`,
    due: "By the formula",
    paid: "Paid",
    verdict: "Verdict",
    wholeVerdict: {
      true: (count: number) => `All ${count.toLocaleString("en")} payouts are what they must be.`,
      false: (count: number, differing: number) =>
        `Something is not as it must be: ${differing.toLocaleString("en")} of ${count.toLocaleString("en")} payouts differ.`,
      unknown: (count: number) => `Not everything can be told yet, of ${count.toLocaleString("en")} positions.`,
    },
  },
  mine: {
    title: "My stakes",
    connectFirst: "Connect a wallet to stake, or look at any address without one.",
    look: "Look at an address",
    address: "Address",
    notAnAddress: "This is not an address: 0x and 40 hexadecimal digits.",
    strip: "Rounds in flight, with what they hold of yours",
    none: "Nothing is staked by this address.",
    stake: "Stake on a model",
    plan: "Plan several at once",
    staked: "Active",
    pending: "On its way out",
    free: "Free to take",
    known: "Most you can lose if you leave now",
    knownNote: "Counted by what rounds that have locked your stakes may burn",
    ever: "Most you can lose if you never look again",
    projected: "Projected, rounds in flight",
    projectedNote: "With the scores that the oracle has now; they change until a round is reported",
    noProjection: "No oracle answers: projections are not shown. Stakes and exits don't need it.",
    out: "Ask for it now and you are out by",
    add: "Add",
    leave: "Request a withdrawal",
    cancel: "Cancel the withdrawal",
    take: "Take it out",
    exit: "End these rounds and take it out",
    flows: "Under way",
    block: (block: bigint) => `As the chain says at block ${block.toLocaleString("en")}.`,
    all: "All stakes: press one to open it",
    opened: "The stake that is opened",
    columns: {
      model: "Model",
      tournament: "Tournament",
      known: "Most to lose, leaving now",
      projected: "Projected",
      out: "Out by, at the latest",
    },
  },

  act: {
    titles: {
      open: "Stake on a model",
      plan: "A stake plan",
      add: "Add to a stake",
      leave: "Request a withdrawal",
      cancel: "Cancel a withdrawal",
      take: "Take a withdrawal out",
    },
    exitLead: (rounds: string) =>
      `The deadline of every round that holds it has passed. One transaction declares void what is not settled (${rounds}) and pays you out.`,
    connect: "Connect a wallet first: it signs, this page only prepares.",
    notYours: "This position isn't the connected account's.",
    amount: "Amount, NMR",
    balance: "Balance",
    active: "Active",
    most: (name: string, amount: string) => `${name}: ${amount}`,
    to: "Pay to",
    model: "Model",
    modelHint: "Its UUID, as the tournament shows it; or a name, or its id on the chain.",
    exists: "You have a position on this model: add to it instead.",
    grantLead: "This tournament's registrar says who may stake on which model. Paste what it signed for you.",
    grantDeadline: "Grant's last second (unix)",
    grant: "Grant's signature",
    risk: "The most you can lose",
    signing: "What it does",
    simulating: "Simulating",
    fill: "Fill in the form",
    begin: "Begin",
    noPreview: "It can't be simulated now.",
    notBegun: "It didn't begin.",
  },
  change: {
    title: "Before and after",
    what: "What",
    before: "Before",
    after: "After",
    inNmr: (when: string) => `${when}, NMR`,
    unknown: "not known",
  },
  flow: {
    eyebrow: "Transaction",
    unknown: "This transaction isn't known here",
    abandon: "Give it up",
    indexing: (block: number | undefined) =>
      block === undefined
        ? "On the chain; waiting for the index."
        : `On the chain; the index is at block ${block.toLocaleString("en")}.`,
  },
  reasons: {
    replay: "A replay on the state before its block said so; the transaction itself only says that it failed.",
    passes: {
      what: "The transaction failed in its block, though replayed before it it passes.",
      todo: "Something else in the same block came first. Nothing was changed: try again.",
    },
    rejected: { what: "You declined it in the wallet.", todo: "Nothing was changed. Try again, or give it up." },
    tokenRefuses: {
      what: "The token refuses to be moved.",
      todo: "It may be stopped. Nothing was changed; try later.",
    },
    undone: {
      what: "The transaction is in a block, but what it should have done isn't there.",
      todo: "Look at the transaction before you try again.",
    },
    unsupported: (method: string) => ({
      what: `The wallet doesn't know ${method}.`,
      todo: "Choose the other way to approve, or another wallet.",
    }),
    wrongChain: (expected: number, actual: number) => ({
      what: `The wallet is on chain ${actual}, this contract on chain ${expected}.`,
      todo: "Switch the network with the button above, then try again.",
    }),
    accountChanged: (expected: string, actual: string | null) => ({
      what: `This was begun with account ${expected}; the wallet now has ${actual ?? "none connected"}.`,
      todo: "Choose that account in the wallet, or give this up and begin anew.",
    }),
    wallet: (message: string) => ({ what: `The wallet says: ${message}`, todo: "Nothing was changed. Try again." }),
    balanceShort: (balance: string, needed: string) => ({
      what: `It takes ${needed}, and the account has ${balance}.`,
      todo: "Lower the amount, or bring more NMR to this account.",
    }),
    tampered: (expected: string, actual: string) => ({
      what: `What was prepared is not what you asked for: ${actual} instead of ${expected}.`,
      todo: "The wallet was not asked. Don't use this copy of the app.",
    }),
    cancelled: (by: string) => ({
      what: `Another transaction took its place: ${by}.`,
      todo: "If you cancelled it in the wallet, nothing was changed. Else try again.",
    }),
    dropped: (hash: string) => ({
      what: `No node knows transaction ${hash} any more.`,
      todo: "It may have offered too little for its gas. Try again: of two with one number only one can happen.",
    }),
    lost: {
      unsent: { what: "The page closed before the wallet answered, and nothing was sent.", todo: "Try again." },
      others: {
        what: "The page closed before the wallet answered; only other transactions followed.",
        todo: "Try again.",
      },
      pending: {
        what: "The page closed before the wallet answered, and something of this account is under way.",
        todo: "Wait until it is in a block, then try again.",
      },
      unknown: {
        what: "The page closed before the wallet answered, and the node can't look back that far.",
        todo: "Look at the account's transactions before you try again.",
      },
    },
    chainUnreachable: (message: string) => ({
      what: `The chain doesn't answer: ${message}`,
      todo: "Nothing was changed. Try again when it does; the wallet's own node is asked too.",
    }),
  },

  // ------------------------------------------------------------ amounts

  amounts: {
    faults: {
      empty: "Type an amount in NMR, such as 12.5.",
      negative: (typed: string) => `${typed} is negative. Type an amount of 0 or more.`,
      comma: (typed: string) =>
        `The comma in ${typed} could mean thousands or decimals. Type the amount without commas, with a point before decimals.`,
      notANumber: (typed: string) =>
        `${typed} is not an amount. Type digits, with a point before decimals, such as 12.5.`,
      tooFine: (typed: string) =>
        `${typed} has more than nine decimals. NMR is staked in whole billionths: shorten it.`,
      tooMuch: (typed: string) => `${typed} is more NMR than there is. Type a smaller amount.`,
    },
  },

  // ------------------------------------------------------------ explanation of a payout

  explanation: {
    gained: (stake: string, amount: string, share: string) => `The stake of ${stake} gained ${amount}, ${share} of it`,
    burned: (stake: string, amount: string, share: string) =>
      `Of the stake of ${stake}, ${amount} was burned, ${share} of it`,
    wouldGain: (stake: string, amount: string, share: string) =>
      `The stake of ${stake} would gain ${amount}, ${share} of it`,
    wouldBurn: (stake: string, amount: string, share: string) =>
      `Of the stake of ${stake}, ${amount} would be burned, ${share} of it`,
    nothing: (stake: string) => `The stake of ${stake} was paid nothing`,
    wouldBeNothing: (stake: string) => `The stake of ${stake} would be paid nothing`,
    because: {
      none: "just as its scores say",
      noScore: "because no score was reported for it",
      zeroRate: "because its scores weigh up to zero",
      noExposure: "because the round put nothing of a stake at risk",
      tooSmall: "because what its scores came to is less than a billionth of an NMR",
      clip: (scores: string, clip: string) =>
        `because its scores came to ${scores} and the round pays and burns at most ${clip}`,
      factor: (scores: string, factor: string, total: string, threshold: string) =>
        `because its scores came to ${scores}, times a payout factor of ${factor}: ${total} was at risk in the round, above its threshold of ${threshold}`,
      exposure: (exposure: string) => `because the round put only ${exposure} of a stake at risk`,
      cut: (due: string) => `because no more was left of the position when ${due} was due to burn`,
    },
    percentile: (share: string) => `; that is a better rate than ${share} of the stakes in the round had`,
  },

  // ------------------------------------------------------------ check

  check: {
    titles: {
      locked: "Stake at the lock",
      reported: "Scores and signatures",
      timely: "Times",
      total: "Total at risk",
      paid: "Payout",
    },
    verdicts: { true: "true", false: "false", unknown: "can't be told" },
    true: {
      locked: ({ stake, block }: Said<"stake" | "block">) =>
        `${stake} was locked in block ${block}, and the batch's stakes hash to what the reporters signed or the contract keeps.`,
      reported: ({ scores, signed, quorum, attempt }: Said<"scores" | "signed" | "quorum" | "attempt">) =>
        `The scores ${scores} are attempt ${attempt}, signed by ${signed} of the reporters who were named when the round opened; it takes ${quorum}.`,
      timely: ({ locked, reported, settled }: Said<"locked" | "reported" | "settled">) =>
        `Locked ${locked}, reported ${reported}, settled ${settled}: each within its window, and after the time for a veto.`,
      total: ({ atRisk, factor, batches }: Said<"atRisk" | "factor" | "batches">) =>
        `All stakes (batches: ${batches}) put ${atRisk} at risk, which makes the payout factor ${factor}, as the contract says.`,
      paid: ({ paid, rewarded, burned }: Said<"paid" | "rewarded" | "burned">) =>
        `The formula gives ${paid}, and that was settled. The round paid ${rewarded} and burned ${burned} in all, as the contract says.`,
      cut: ({ paid, due }: Said<"paid" | "due">) =>
        `The formula gives ${due}, and the position had less left than that: ${paid} took all of it.`,
    },
    false: {
      locked: ({ hash }: Said<"hash">) => `The batch's stakes hash to ${hash}, which is not what was signed or kept.`,
      reported: ({ signed, quorum }: Said<"signed" | "quorum">) =>
        `The report doesn't hold: signers, scores or attempt are not as signed (true signatures: ${signed}, it takes ${quorum}).`,
      timely: () => "A step happened outside of its window.",
      total: ({ atRisk, said }: Said<"atRisk" | "said">) =>
        `The stakes put ${atRisk} at risk, and the round was locked with ${said}, or terms or factor differ.`,
      paid: ({ paid, due }: Said<"paid" | "due">) =>
        `${paid} was settled, the formula gives ${due}; or the sums of batch and round don't agree.`,
    },
    missing: "An event that the contract counts is missing in what the node shows.",
    unknown: {
      unusable: "The node's answer can't be used.",
      "never opened": "The round was never opened.",
      "no stake": "The position is not in this round.",
      "not locked": "Not locked yet.",
      "not reported": "No scores are reported yet.",
      vetoed: "The report was vetoed, and no other one stands yet.",
      "not settled": "Not settled yet.",
      void: "The round is void: what was not settled before pays and burns nothing.",
      unproved: "The node doesn't show what it takes to prove this.",
      follows: "It differs, because it is made from what is false above.",
    },
    unusable: ({ reason }: Said<"reason">) => `The node's answer can't be used: ${reason}`,
  },

  // ------------------------------------------------------------ risk and exit

  risk: {
    locked: "What rounds that have locked it can still burn",
    leaving: (time: string) => `Most you can lose if you request everything by ${time}`,
    known: "Most you can lose if you leave before any round that is not open yet",
    ever: "Most you can lose if you never look again",
    cannotExceed: "All rounds in flight together cannot burn more than the stake they locked",
    atOnce: (share: string) => `All rounds in flight together can burn ${share} of the stake they locked`,
    minedBy: (time: string) => `It holds for a transaction that is in a block by ${time}.`,
    lyingFree: "A withdrawal that is free can still burn until you take it",
  },

  exit: {
    free: "Free to take now:",
    outBy: "Out by",
    whatever: "At the latest, whatever anybody does or doesn't do.",
    over: (over: number, of: number) => `${over} of ${of} rounds are over.`,
    overBy: "over by",
    calendar: "Remind me (calendar file)",
    event: (tournament: string, position: string) =>
      `Withdraw your stake: tournament ${tournament}, position ${position}`,
    eventDetails: (rounds: string, contract: string) =>
      `From now on nothing holds your withdrawal. Call voidRound for each of these rounds that is neither settled nor void: ${rounds}. Then withdraw. Contract: ${contract}`,
    noRounds: "none",
  },

  strip: {
    holds: (amount: string) => `holds ${amount}`,
    legend: "What the cells mean",
    plain: (round: string, state: string) => `Round ${round}, ${state}`,
    note: (tournament: string, atRisk: string, when: string) =>
      [tournament, `${atRisk} at risk`, when === "" ? "" : `next deadline ${when}`].filter(Boolean).join(", "),
    states: {
      open: "open",
      locking: "locking",
      locked: "locked",
      reported: "reported",
      settled: "settled",
      void: "void",
    },
    cell: (round: string, state: string, holds: string, settledBy: string) =>
      `Round ${round}, ${state}, holds ${holds} of yours, over by ${settledBy}`,
    cellOver: (round: string, state: string, held: string) => `Round ${round}, ${state}, held ${held} of yours`,
  },

  plan: {
    lead: "Say what each model's share of the total is. One transaction opens, raises and requests what it takes, all or nothing.",
    total: "Total stake on these models, NMR",
    share: "Share, %",
    more: "Another model",
    remove: "Remove",
    doubled: (model: string) => `Model ${model} is in the plan twice. Give it one share.`,
    notAll: (sum: string) => `The shares add up to ${sum}. Make them 100 %.`,
    negative: (model: string) => `The share of model ${model} is negative. Give it 0 or more.`,
    belowMinimum: (model: string, stake: string, minStake: string) =>
      `Model ${model} would have ${stake}, and the tournament's smallest stake is ${minStake}. Give it more, or nothing.`,
  },

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
      exit: "End the rounds that hold it, and withdraw",
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

  failure: {
    panic: (code: string, meaning: string): ErrorText => ({
      what: `The contract stopped at a fault of its own: ${meaning} (panic ${code}).`,
      todo: "Nothing was changed. Report this with the transaction's data.",
    }),
    panics: {
      1: "an assertion did not hold",
      17: "a number left its range",
      18: "a division by zero",
      33: "a value is not in its list",
      34: "stored bytes are not as they must be",
      49: "an empty list was shortened",
      50: "a place beyond the end of a list",
      65: "too much memory was asked for",
      81: "a function that is not there was called",
      other: "an unknown one",
    },
    message: (message: string): ErrorText => ({
      what: `The call was refused: ${message}.`,
      todo: "Nothing was changed. Check the values and try again.",
    }),
    unknown: (data: string): ErrorText => ({
      what: `The call was refused with an error that this app does not know: ${data}.`,
      todo: "Nothing was changed. Check that the app is configured for this contract, and report the data.",
    }),
    silent: {
      what: "The call was refused without a reason, as the NMR token of 2017 does.",
      todo: "Check that your balance and your approval cover the amount, set an old approval to 0 before a new one, and try again; the token may also be stopped.",
    },
  },

  roundStates: ["not opened", "open", "locking", "locked", "settled", "void"],
  batchStates: ["not locked", "locked", "reported", "settled"],

  limits: {
    clip: "clip",
    exposure: "exposure",
    disputeWindow: "dispute window",
    settledBy: "settling deadline",
    stake: "stake",
    maxClip: "largest clip",
    maxExposure: "largest exposure",
    maxRoundsInFlight: "number of rounds in flight",
    closesAt: "close",
    lockedBy: "locking deadline",
    resolvesAt: "start of reporting",
  },

  errors: {
    TokenNotBurnable: ({ token }) => ({
      what: `The token ${token} can't be burned.`,
      todo: "Deploy the staking contract with NMR as its token.",
    }),
    BurnFailed: ({ amount, supplyBefore, supplyAfter }) => ({
      what: `The token did not burn ${amount}: its supply went from ${supplyBefore} to ${supplyAfter}.`,
      todo: "Try again once the token works; if the round misses its deadline, void it and stakes are free.",
    }),
    TransferMismatch: ({ expectedHoldings, holdings }) => ({
      what: `The contract should hold ${expectedHoldings} after the transfer and holds ${holdings}.`,
      todo: "Nothing was taken. Check that the token is NMR before you try again.",
    }),
    HoldingsTooLarge: ({ holdings, most }) => ({
      what: `The contract would hold ${holdings}, and it can count ${most} at most.`,
      todo: "Stake a smaller amount.",
    }),
    PermitUnsupported: ({ token }) => ({
      what: `The token ${token} has no permit, and your approval does not cover the amount.`,
      todo: "Approve the amount first, then stake.",
    }),
    AmountNotWhole: ({ amount }) => ({
      what: `${amount} is not a whole number of billionths of an NMR, or too much.`,
      todo: "Give the amount with nine decimals at most.",
    }),
    AmountZero: () => ({ what: "The amount is zero.", todo: "Give an amount above zero." }),
    AddressInvalid: ({ account }) => ({
      what: `NMR can't be paid out to ${account}.`,
      todo: "Give an address of your own, neither zero nor the staking contract.",
    }),
    TournamentUnknown: ({ tournament }) => ({
      what: `There is no tournament ${tournament}.`,
      todo: "Choose one from the list of tournaments.",
    }),
    NotOrganizer: ({ tournament, caller }) => ({
      what: `${caller} is not the organizer of tournament ${tournament}.`,
      todo: "Switch your wallet to the organizer's account.",
    }),
    NotPendingOrganizer: ({ tournament, caller }) => ({
      what: `${caller} was not proposed as organizer of tournament ${tournament}.`,
      todo: "Ask its organizer to propose this account, or switch to the proposed one.",
    }),
    NotGuardian: ({ tournament, round, caller }) => ({
      what: `${caller} is not the guardian of round ${round} in tournament ${tournament}.`,
      todo: "Switch your wallet to the account that was guardian when the round opened.",
    }),
    NotStaker: ({ tournament, position, caller }) => ({
      what: `Position ${position} of tournament ${tournament} does not belong to ${caller}.`,
      todo: "Switch your wallet to the account that opened it.",
    }),
    LimitOutOfBounds: ({ limit, value, least, most }) => ({
      what: `The ${limit} of a tournament can't be ${value}.`,
      todo: `Choose it from ${least} to ${most}.`,
    }),
    LimitExceeded: ({ limit, value, bound }) => ({
      what: `The ${limit} of ${value} is beyond ${bound}, which is all that is allowed.`,
      todo: "Choose it within that bound.",
    }),
    ReportersCountInvalid: ({ count, most }) => ({
      what: `There can't be ${count} reporters.`,
      todo: `Name from 1 to ${most} of them.`,
    }),
    QuorumInvalid: ({ quorum, reporters }) => ({
      what: `${quorum} of ${reporters} reporters can't be a quorum.`,
      todo: "Choose a quorum from 1 to the number of reporters.",
    }),
    ReporterZero: ({ index }) => ({
      what: `Reporter ${index}, counted from 0, is the zero address.`,
      todo: "Give each reporter an address.",
    }),
    ReporterDoubled: ({ reporter }) => ({
      what: `Reporter ${reporter} is named twice.`,
      todo: "Name each reporter once.",
    }),
    ReserveTooSmall: ({ tournament, free, needed }) => ({
      what: `Tournament ${tournament} has ${free} of its reserve free, and ${needed} is needed.`,
      todo: "Fund the reserve first, or ask for less.",
    }),
    PositionUnknown: ({ tournament, position }) => ({
      what: `Tournament ${tournament} has no position ${position}.`,
      todo: "Choose one of your positions from the list.",
    }),
    PositionExists: ({ tournament, position }) => ({
      what: `You already stake on this model, with position ${position} of tournament ${tournament}.`,
      todo: "Add to that position instead.",
    }),
    StakeBelowMinimum: ({ stake, minStake }) => ({
      what: `A stake of ${stake} is below the tournament's smallest, ${minStake}.`,
      todo: "Stake at least that much, or leave with everything.",
    }),
    StakeTooSmall: ({ active, requested }) => ({
      what: `You asked to withdraw ${requested}, and ${active} is staked.`,
      todo: "Ask for at most what is staked; a burn may have made it less.",
    }),
    GrantExpired: ({ deadline, time }) => ({
      what: `The registrar's grant held until ${deadline}, and it is ${time}.`,
      todo: "Ask the registrar for a new one.",
    }),
    GrantInvalid: ({ registrar }) => ({
      what: `The grant is not a signature of the registrar ${registrar} for your account and this model.`,
      todo: "Ask the registrar for one for this account and model.",
    }),
    NothingPending: ({ tournament, position }) => ({
      what: `Position ${position} of tournament ${tournament} has no withdrawal pending.`,
      todo: "Request one first; an earlier one may have been taken, or burned.",
    }),
    WithdrawalHeld: ({ tournament, position }) => ({
      what: `Rounds still hold the withdrawal of position ${position} in tournament ${tournament}.`,
      todo: "Wait for them to settle, or void those that missed their deadline, then withdraw.",
    }),
    RoundUnknown: ({ tournament, round }) => ({
      what: `Tournament ${tournament} has no round ${round}.`,
      todo: "Choose one from its list of rounds.",
    }),
    RoundNotIncreasing: ({ round, latest }) => ({
      what: `Round ${round} can't open after round ${latest}.`,
      todo: "Give it a higher number.",
    }),
    RoundStateUnexpected: ({ expected, actual }) => ({
      what: `The round is ${actual}, and this step needs it ${expected}.`,
      todo: "Reload the page to see where the round stands; somebody may have been quicker.",
    }),
    ScheduleInvalid: ({ field, value, bound }) => ({
      what: `The ${field}, ${value}, does not follow from ${bound}.`,
      todo: "Put the times of the round in order, with an hour's notice before the close.",
    }),
    WindowNotOpen: ({ opensAt, time }) => ({
      what: `It is ${time}, and this step opens at ${opensAt}.`,
      todo: "Try again then.",
    }),
    WindowClosed: ({ closedAt, time }) => ({
      what: `It is ${time}, and this step closed at ${closedAt}.`,
      todo: "It can't be done any more: void the round after its deadline.",
    }),
    TooManyRoundsInFlight: ({ inFlight, most }) => ({
      what: `${inFlight} rounds are in flight, and the tournament allows ${most}.`,
      todo: "Settle or void one first.",
    }),
    TooManyRoundsSinceOldest: ({ rounds, most }) => ({
      what: `${rounds} rounds were locked since the oldest one in flight, and ${most} can be told apart.`,
      todo: "Settle the oldest round first, or void it after its deadline.",
    }),
    NoPositions: ({ tournament }) => ({
      what: `Tournament ${tournament} has no positions to lock.`,
      todo: "Open a position first, or void the round after its locking deadline.",
    }),
    BatchUnknown: ({ batch, batches }) => ({
      what: `There is no batch ${batch}: the round has ${batches}, counted from 0.`,
      todo: "Choose one of them.",
    }),
    BatchStateUnexpected: ({ batch, expected, actual }) => ({
      what: `Batch ${batch} is ${actual}, and this step needs it ${expected}.`,
      todo: "Reload the page to see where it stands; somebody may have been quicker.",
    }),
    BatchesUnreported: ({ reported, batches }) => ({
      what: `${reported} of the round's ${batches} batches are reported.`,
      todo: "Wait until all of them are, then settle.",
    }),
    RoundNotVoidable: ({ state, voidableAt, time }) => ({
      what: `The round is ${state}; it is ${time}, and a round that is not over can be voided from ${voidableAt}.`,
      todo: "If it is settled or void, go on without this step; otherwise wait until then.",
    }),
    ScoresLengthMismatch: ({ expected, actual }) => ({
      what: `The batch takes ${expected} words of scores, not ${actual}.`,
      todo: "Report the scores of exactly this batch.",
    }),
    StakesMismatch: ({ expected, actual }) => ({
      what: `The stakes hash to ${actual}, and ${expected} was locked.`,
      todo: "Bring the stakes words of the batch's lock.",
    }),
    ScoresMismatch: ({ expected, actual }) => ({
      what: `The scores hash to ${actual}, and ${expected} was reported.`,
      todo: "Bring the scores words of the batch's last report.",
    }),
    QuorumNotReached: ({ signers, quorum }) => ({
      what: `${signers} reporters signed, and ${quorum} must.`,
      todo: "Collect more signatures.",
    }),
    SignerUnknown: ({ index, reporters }) => ({
      what: `There is no reporter ${index}: the round has ${reporters}, counted from 0.`,
      todo: "Set bits of the round's own reporters only.",
    }),
    SignaturesCountMismatch: ({ signers, signatures }) => ({
      what: `${signatures} signatures came for ${signers} signers.`,
      todo: "Bring one for each set bit, lowest first.",
    }),
    SignatureInvalid: ({ index, reporter }) => ({
      what: `Signature ${index}, counted from 0, is not one of reporter ${reporter} over this report.`,
      todo: "Collect it again for the batch as it stands now.",
    }),
    SafeERC20FailedOperation: ({ token }) => ({
      what: `The token ${token} refused the transfer.`,
      todo: "Check your balance and approval; where both are enough the token is stopped, so try again later.",
    }),
    AddressEmptyCode: ({ target }) => ({
      what: `There is no contract at ${target}.`,
      todo: "Check that your wallet and the app are on the same network.",
    }),
    FailedCall: () => ({
      what: "A call inside the transaction failed without a reason.",
      todo: "Try its steps one at a time to find the one that fails.",
    }),
    ReentrancyGuardReentrantCall: () => ({
      what: "The contract was called again while a call was running.",
      todo: "Call it from an account that does not call back.",
    }),
    ERC20InsufficientAllowance: ({ spender, allowance, needed }) => ({
      what: `You let ${spender} take ${allowance}, and ${needed} is needed.`,
      todo: "Approve the whole amount, or sign a permit for it.",
    }),
    ERC20InsufficientBalance: ({ sender, balance, needed }) => ({
      what: `${sender} has ${balance}, and ${needed} is needed.`,
      todo: "Choose a smaller amount, or add NMR to the account.",
    }),
    ERC20InvalidApprover: ({ approver }) => ({
      what: `${approver} can't approve anything.`,
      todo: "Switch your wallet to an account of your own.",
    }),
    ERC20InvalidReceiver: ({ receiver }) => ({
      what: `${receiver} can't receive NMR.`,
      todo: "Give another address.",
    }),
    ERC20InvalidSender: ({ sender }) => ({
      what: `${sender} can't send NMR.`,
      todo: "Switch your wallet to an account of your own.",
    }),
    ERC20InvalidSpender: ({ spender }) => ({
      what: `${spender} can't be approved.`,
      todo: "Approve the staking contract.",
    }),
    ERC20ExceededCap: ({ increasedSupply, cap }) => ({
      what: `The supply of NMR would be ${increasedSupply}, above its cap of ${cap}.`,
      todo: "Check that the token is NMR.",
    }),
    ERC20InvalidCap: ({ cap }) => ({
      what: `A cap of ${cap} is none.`,
      todo: "Deploy the token with a cap above zero.",
    }),
    ERC2612ExpiredSignature: ({ deadline }) => ({
      what: `Your permit held until ${deadline}.`,
      todo: "Sign a new one.",
    }),
    ERC2612InvalidSigner: ({ signer, owner }) => ({
      what: `The permit of ${owner} was signed by ${signer}, or for other values.`,
      todo: "Sign a new one with the account that stakes.",
    }),
    InvalidAccountNonce: ({ account, currentNonce }) => ({
      what: `The permit of ${account} was used already; its next number is ${currentNonce}.`,
      todo: "Sign a new one.",
    }),
    ECDSAInvalidSignature: () => ({ what: "The permit's signature is none.", todo: "Sign a new one." }),
    ECDSAInvalidSignatureLength: ({ length }) => ({
      what: `A signature of ${length} bytes is none.`,
      todo: "Sign a new one, with a wallet that signs in 65 bytes.",
    }),
    ECDSAInvalidSignatureS: ({ s }) => ({
      what: `The permit's signature has its high form (s = ${s}), which is refused.`,
      todo: "Sign a new one, with another wallet if need be.",
    }),
    InvalidShortString: () => ({
      what: "A stored name is not as it must be.",
      todo: "Check that the contract is the right one.",
    }),
    StringTooLong: ({ str }) => ({ what: `The name ${str} is too long.`, todo: "Choose a shorter one." }),
  } satisfies ErrorTexts,
} as const;

/** Values of a text, formatted. */
type Said<Names extends string> = Readonly<Record<Names, string>>;
