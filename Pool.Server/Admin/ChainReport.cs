namespace Pool.Server.Admin;

/// <summary>An orchestrator on its chain, as <c>pool-server chain --json</c> prints it. Amounts are decimal strings in base units.</summary>
public sealed record ChainReport(
    ChainReportNetwork Network, ChainReportRound Round, ChainReportOrchestrator Orchestrator, ChainReportPayments Payments,
    IReadOnlyList<ChainReportTickets> Tickets, IReadOnlyList<ChainReportRedemption> Redemptions, IReadOnlyList<ChainReportPastRound> Rounds, ChainReportOutbox Outbox,
    IReadOnlyList<string> Alarms);

/// <param name="Name">As in the settings.</param>
/// <param name="ChainId">The chain.</param>
/// <param name="Block">Newest block.</param>
/// <param name="L1Block">L1 block it goes by.</param>
/// <param name="GasPrice">Wei for a gas.</param>
/// <param name="IsPaused">Whether the protocol is stopped.</param>
public sealed record ChainReportNetwork(string Name, ulong ChainId, ulong Block, ulong L1Block, string GasPrice, bool IsPaused);

/// <param name="Number">The last initialized round.</param>
/// <param name="IsInitialized">Whether it is the current one; if not, everything waits for somebody to initialize the next.</param>
/// <param name="BlocksLeft">L1 blocks of it that are left.</param>
/// <param name="Length">L1 blocks of a round.</param>
public sealed record ChainReportRound(long Number, bool IsInitialized, ulong BlocksLeft, ulong Length);

/// <param name="Account">The orchestrator.</param>
/// <param name="SignsWith">The signer's account.</param>
/// <param name="IsRegistered">Whether it has stake of its own.</param>
/// <param name="IsActive">Whether it is in the active set of the round.</param>
/// <param name="Stake">Own stake with all rewards.</param>
/// <param name="PendingFees">Fees that could be withdrawn.</param>
/// <param name="Lpt">LPT that is not staked.</param>
/// <param name="Eth">ETH of the signer's account, for gas.</param>
/// <param name="RewardCut">What it keeps of rewards, of 1,000,000.</param>
/// <param name="FeeShare">What delegators get of fees, of 1,000,000.</param>
/// <param name="ServiceUri">Where gateways are told to find it.</param>
/// <param name="LastRewardRound">Round of its last reward call.</param>
public sealed record ChainReportOrchestrator(
    string Account, string SignsWith, bool IsRegistered, bool IsActive, string Stake, string PendingFees, string Lpt, string Eth,
    string RewardCut, string FeeShare, string ServiceUri, string LastRewardRound);

/// <param name="Tickets">Tickets that were credited, as far as payments are kept.</param>
/// <param name="ExpectedWei">What they are worth together, rounded down.</param>
/// <param name="ChargedWei">What gateways were charged for pixels in the same time, rounded down.</param>
public sealed record ChainReportPayments(long Tickets, string ExpectedWei, string ChargedWei);

/// <param name="Ticket">Hash of the ticket.</param>
/// <param name="Sender">The gateway.</param>
/// <param name="FaceValue">Its face value.</param>
/// <param name="Paid">What the chain paid for it.</param>
/// <param name="Transaction">The redemption.</param>
/// <param name="Block">Its block.</param>
public sealed record ChainReportRedemption(string Ticket, string Sender, string FaceValue, string Paid, string Transaction, long Block);

/// <param name="State">won, redeeming, redeemed or lost.</param>
/// <param name="Count">How many.</param>
/// <param name="FaceValue">Their face values together.</param>
/// <param name="Paid">What the chain paid for them.</param>
/// <param name="WaitsFor">What the oldest of them waits for.</param>
public sealed record ChainReportTickets(string State, long Count, string FaceValue, string Paid, string? WaitsFor);

/// <param name="Number">The round.</param>
/// <param name="RewardTransaction">Its reward call; null when there is none that stays.</param>
/// <param name="Minted">LPT of the reward, delegators' part included.</param>
/// <param name="OwnShare">The orchestrator's part of it.</param>
/// <param name="FeesIn">Fees that arrived.</param>
public sealed record ChainReportPastRound(long Number, string? RewardTransaction, string Minted, string OwnShare, string FeesIn);

/// <param name="Open">Intents that are not final.</param>
/// <param name="Alarms">What is wrong with them; they are among the report's as well.</param>
public sealed record ChainReportOutbox(int Open, IReadOnlyList<string> Alarms);
