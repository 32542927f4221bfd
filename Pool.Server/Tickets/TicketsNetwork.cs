namespace Pool.Server.Tickets;

/// <summary>What the room must know of the chain before there is one.</summary>
/// <param name="IsOnChain">Whether gateways pay.</param>
/// <param name="Name">Name of the network.</param>
internal sealed record TicketsNetwork(bool IsOnChain, string Name);
