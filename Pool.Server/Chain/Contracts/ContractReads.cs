using Pool.Server.Chain.Rpc;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;

namespace Pool.Server.Chain.Contracts;

/// <summary>A question to a contract.</summary>
internal sealed record ContractRead(Address Contract, AbiFunction Function, params IReadOnlyList<AbiValue> Arguments);

/// <summary>A contract did not answer as its interface says it does.</summary>
public sealed class ContractException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Questions to contracts, all of them in one request and about the same block.</summary>
internal static class ContractReads
{
    /// <summary>The answers, in the order of the questions.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    /// <exception cref="ContractException">A contract reverted, is not there, or answered something else.</exception>
    public static async Task<IReadOnlyList<AbiArguments>> ReadAsync(
        this IEthereumRpc rpc, IReadOnlyList<ContractRead> reads, BlockTag at, CancellationToken cancellationToken)
    {
        var calls = reads.Select(read => new ContractCall(read.Contract, read.Function.EncodeCall(read.Arguments))).ToList();
        var results = await rpc.CallAsync(calls, at, cancellationToken);
        return [.. reads.Zip(results, (read, result) => Decode(read, result, at))];
    }

    /// <summary>The only value of the answer to one question.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    /// <exception cref="ContractException">The contract reverted, is not there, or answered something else.</exception>
    public static async Task<AbiValue> ReadAsync(this IEthereumRpc rpc, ContractRead read, BlockTag at, CancellationToken cancellationToken) =>
        (await rpc.ReadAsync([read], at, cancellationToken))[0][0];

    private static AbiArguments Decode(ContractRead read, CallResult result, BlockTag at)
    {
        try
        {
            return result switch
            {
                CallResult.Returned returned => read.Function.DecodeResult(returned.Data),
                CallResult.Reverted reverted => throw new ContractException($"{read.Function.Name} of {read.Contract} at {at} reverted: {reverted.Reason}"),
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
        catch (AbiException wrong)
        {
            throw new ContractException($"{read.Function.Name} of {read.Contract} at {at} answered what its interface does not know: {wrong.Message}. Is the address right?", wrong);
        }
    }
}
