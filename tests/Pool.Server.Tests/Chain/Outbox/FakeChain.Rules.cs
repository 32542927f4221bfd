using System.Numerics;
using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;

namespace Pool.Server.Tests.Chain.Outbox;

/// <summary>Which transactions it takes, and how they get into blocks.</summary>
internal sealed partial class FakeChain
{
    /// <summary>Nodes want so many percent more for a replacement.</summary>
    private const int ReplacementPercent = 110;

    private SendResult Take(SignedTransaction transaction)
    {
        var place = (transaction.Sender, transaction.Transaction.Nonce);
        if (Poor is { } poor)
        {
            return new SendResult(SendVerdict.InsufficientFunds, poor);
        }

        if (transaction.Transaction.Nonce < Count(transaction.Sender, _blocks.Count))
        {
            // Whoever has it in a block says that it is known, or that the nonce is too low: both happen.
            return new SendResult(SendVerdict.NonceTooLow, "nonce too low");
        }

        if (RefusesLowFees && transaction.Transaction.MaxFeePerGas < BaseFee)
        {
            return new SendResult(SendVerdict.Underpriced, "max fee per gas less than block base fee");
        }

        if (_pool.TryGetValue(place, out var held) && held.Hash() != transaction.Hash() && !Outbids(transaction.Transaction, held.Transaction))
        {
            return new SendResult(SendVerdict.Underpriced, "replacement transaction underpriced");
        }

        _pool[place] = transaction;
        return new SendResult(SendVerdict.Taken, "");
    }

    /// <summary>As geth: both fees a tenth more, and more at all.</summary>
    private static bool Outbids(Transaction1559 next, Transaction1559 held) =>
        IsRaised(next.MaxFeePerGas.Value, held.MaxFeePerGas.Value) && IsRaised(next.MaxPriorityFeePerGas.Value, held.MaxPriorityFeePerGas.Value);

    private static bool IsRaised(BigInteger next, BigInteger held) => next > held && next * 100 >= held * ReplacementPercent;

    private ulong Count(Address account, int blocks) =>
        _blocks.Take(blocks).SelectMany(block => block.Transactions).Where(one => one.Sender == account).Select(one => one.Transaction.Nonce + 1).DefaultIfEmpty().Max();

    private List<SignedTransaction> Executable()
    {
        var executable = new List<SignedTransaction>();
        foreach (var sender in _pool.Keys.Select(place => place.From).Distinct())
        {
            for (var nonce = Count(sender, _blocks.Count); _pool.TryGetValue((sender, nonce), out var next) && next.Transaction.MaxFeePerGas >= BaseFee; nonce++)
            {
                executable.Add(next);
            }
        }

        return executable;
    }

    private void MineBlock(IReadOnlyList<SignedTransaction> transactions)
    {
        var number = (ulong)_blocks.Count;
        var parent = number == 0 ? Bytes32.Zero : _blocks[^1].Header.Hash;
        var hash = Bytes32.Keccak([.. parent.ToBytes(), .. BitConverter.GetBytes(_salt), .. transactions.SelectMany(one => one.Hash().ToBytes())]);
        _blocks.Add(new Block(new BlockHeader(number, hash, parent, DateTimeOffset.UnixEpoch.AddSeconds(number), number, BaseFee), transactions));
        foreach (var transaction in transactions)
        {
            _pool.Remove((transaction.Sender, transaction.Transaction.Nonce));
        }
    }

    private TransactionReceipt? Receipt(List<Block> view, Bytes32 hash) =>
        (from block in view
         from transaction in block.Transactions
         where transaction.Hash() == hash
         select new TransactionReceipt(
             hash, transaction.Sender, !Reverting.Contains(Hex(transaction.Transaction.Data)), block.Header.Number, block.Header.Hash, 21_000, block.Header.BaseFee, [])).FirstOrDefault();

    private sealed record Block(BlockHeader Header, IReadOnlyList<SignedTransaction> Transactions);
}
