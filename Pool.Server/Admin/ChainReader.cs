using System.Numerics;
using Microsoft.Extensions.Options;
using Npgsql;
using Pool.Server.Chain;
using Pool.Server.Chain.Contracts;
using Pool.Server.Chain.Following;
using Pool.Server.Chain.Outbox;
using Pool.Server.Chain.Rpc;
using Pool.Server.Rounds;
using Pool.Server.Rounds.Income;
using Pool.Server.Rounds.Registration;
using Pool.Server.Signing;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Admin;

/// <summary>Reads all that an operator wants to know of the orchestrator on its chain.</summary>
internal sealed class ChainReader(
    IChainView chain, IContracts contracts, IEthereumRpc rpc, ISigner signer, FigureBook figures, OutboxDesk outbox, NpgsqlDataSource database,
    FinalEvents booking, IOptions<ChainOptions> options, IOptions<RoundsOptions> rounds)
{
    private const int PastRounds = 5;

    private const int OutboxLines = 50;

    private const int LastRedemptions = 100;

    /// <summary>Reads it.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    /// <exception cref="ContractException">A contract did not answer as Livepeer's do.</exception>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<ChainReport> ReadAsync(CancellationToken cancellationToken)
    {
        var (now, round) = (chain.Now, chain.Now.Round);
        var account = now.Orchestrator.Account;
        var state = await RegistrationState.ReadAsync(rpc, contracts.Now, account, cancellationToken);
        var held = await figures.ReadAsync(contracts.Now, BlockTag.Latest, cancellationToken);
        var gas = await rpc.BalanceAsync(signer.Account, BlockTag.Latest, cancellationToken);
        var end = round.StartBlock + round.Length;
        var sending = await outbox.ReadAsync(OutboxLines, cancellationToken);
        var outboxAlarms = OutboxAlarms(sending);
        return new ChainReport(
            new ChainReportNetwork(options.Value.Network, rpc.ChainId, now.Head.Number, now.Head.L1Number, now.GasPrice.ToDigits(), now.IsPaused),
            new ChainReportRound(round.Number, !RewardTime.IsOver(now), end > now.Head.L1Number ? end - now.Head.L1Number : 0, round.Length),
            new ChainReportOrchestrator(
                account.ToString(), signer.Account.ToString(), state.IsRegistered, state.IsActive, held.Stake.ToDigits(), held.Fees.ToDigits(), state.Lpt.ToDigits(),
                gas.ToDigits(), state.RewardCut.ToString(), state.FeeShare.ToString(), state.ServiceUri, state.LastRewardRound.ToString()),
            await PaymentsAsync(cancellationToken), await TicketsAsync(cancellationToken), await RedemptionsAsync(cancellationToken), await RoundsAsync(cancellationToken),
            new ChainReportOutbox(sending.Open.Count, outboxAlarms), [.. outboxAlarms, .. Alarms(now, state, gas)]);
    }

    private static IReadOnlyList<string> OutboxAlarms(OutboxReport sending) =>
    [
        .. sending.Accounts.Where(entry => entry.Halt.Length > 0).Select(entry => $"sending is HALTED: {entry.Halt}"),
        .. sending.Open.Where(line => line.Alarm.Length > 0).Select(line => $"{line.Key}: {line.Alarm}"),
    ];

    private IEnumerable<string> Alarms(ChainSnapshot now, RegistrationState state, Wei gas)
    {
        if (booking.Failure is { } failure)
        {
            yield return $"no events of the chain are booked: {failure}";
        }

        if (state.IsRegistered && !state.IsActive)
        {
            yield return $"the orchestrator is not in the active set of round {now.Round.Number}: nobody pays it and it earns no reward";
        }

        if (rounds.Value.Reward && RewardTime.IsLate(now, rounds.Value.RewardAlarmPercent) && RewardTime.Of(now, hasOpenRedemptions: false, rounds.Value.RewardAlarmPercent) == RewardStep.Call)
        {
            yield return $"the reward of round {now.Round.Number} is not called yet, after the round it is lost";
        }

        if (gas < rounds.Value.LeastGasFloat)
        {
            yield return $"{signer.Account} has {gas} for gas, less than {rounds.Value.LeastGasFloat}: send it ETH";
        }
    }

    private async Task<ChainReportPayments> PaymentsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT (SELECT coalesce(sum(credited), 0) FROM payments),
                (SELECT coalesce(sum(div(n, d)), 0)::numeric(78,0) FROM (SELECT sum(credit_numerator) AS n, credit_denominator AS d FROM payments GROUP BY credit_denominator) sums),
                (SELECT coalesce(sum(div(n, d)), 0)::numeric(78,0) FROM (SELECT sum(pixels * price_numerator) AS n, price_denominator AS d FROM debits GROUP BY price_denominator) sums)
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new ChainReportPayments(reader.GetInt64(0), Digits(reader, 1), Digits(reader, 2));
    }

    private async Task<IReadOnlyList<ChainReportRedemption>> RedemptionsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"SELECT ticket_hash, sender, face_value, paid, redeemed_transaction, redeemed_block FROM winning_tickets WHERE state = 'redeemed' ORDER BY redeemed_block DESC, ticket_hash LIMIT {LastRedemptions}");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var lines = new List<ChainReportRedemption>();
        while (await reader.ReadAsync(cancellationToken))
        {
            lines.Add(new ChainReportRedemption(
                new Bytes32(reader.GetFieldValue<byte[]>(0)).ToString(), Address.FromWire(reader.GetFieldValue<byte[]>(1)).ToString(), Digits(reader, 2), Digits(reader, 3),
                new Bytes32(reader.GetFieldValue<byte[]>(4)).ToString(), reader.GetInt64(5)));
        }

        return lines;
    }

    private async Task<IReadOnlyList<ChainReportTickets>> TicketsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT state, count(*), sum(face_value), coalesce(sum(paid), 0), (array_agg(waits_for ORDER BY received_at) FILTER (WHERE waits_for IS NOT NULL))[1]
            FROM winning_tickets GROUP BY state ORDER BY array_position(ARRAY['won', 'redeeming', 'redeemed', 'lost'], state)
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var lines = new List<ChainReportTickets>();
        while (await reader.ReadAsync(cancellationToken))
        {
            lines.Add(new ChainReportTickets(
                reader.GetString(0), reader.GetInt64(1), Digits(reader, 2), Digits(reader, 3), await reader.IsDBNullAsync(4, cancellationToken) ? null : reader.GetString(4)));
        }

        return lines;
    }

    private async Task<IReadOnlyList<ChainReportPastRound>> RoundsAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"SELECT number, reward_transaction, minted, own_share, fees_in FROM rounds ORDER BY number DESC LIMIT {PastRounds}");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var lines = new List<ChainReportPastRound>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var reward = await reader.IsDBNullAsync(1, cancellationToken) ? null : new Bytes32(reader.GetFieldValue<byte[]>(1)).ToString();
            lines.Add(new ChainReportPastRound(reader.GetInt64(0), reward, Digits(reader, 2), Digits(reader, 3), Digits(reader, 4)));
        }

        return lines;
    }

    private static string Digits(NpgsqlDataReader reader, int column) => reader.GetFieldValue<BigInteger>(column).ToString();
}
