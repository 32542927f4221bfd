using Pool.Server.Chain.Contracts;

namespace Pool.Server.Chain;

/// <summary>Where Livepeer's contracts are, kept by the follower.</summary>
public interface IContracts
{
    /// <summary>The addresses as the Controller gave them last. They are there from before the first gateway is listened to.</summary>
    ContractAddresses Now { get; }
}
