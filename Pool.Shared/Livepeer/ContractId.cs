using System.Text;
using Pool.Shared.Ethereum;

namespace Pool.Shared.Livepeer;

/// <summary>By what the network's Controller knows its contracts (protocol §6.1).</summary>
public static class ContractId
{
    /// <summary>The id of a contract's name, e.g. <c>TicketBroker</c>: the argument of <c>getContract(bytes32)</c>.</summary>
    public static Bytes32 Of(string contractName) => Bytes32.Keccak(Encoding.UTF8.GetBytes(contractName));
}
