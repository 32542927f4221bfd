namespace Pool.Demo;

/// <summary>The chain that a demo is paid on.</summary>
/// <param name="Rpc">JSON-RPC of the local chain's node; its blocks can be mined at will.</param>
/// <param name="StatusUrl">The operator's page about the chain.</param>
/// <param name="GatewayKey">File with the gateway's private key.</param>
/// <param name="TicketBroker">The TicketBroker, which the gateway asks for its own funds.</param>
/// <param name="TicketLog">File for every ticket that the gateway sends.</param>
/// <param name="LedgerCheck">Command that proves the ledger; exit code 0 says that it is right.</param>
public sealed record ChainRequest(Uri Rpc, Uri StatusUrl, string GatewayKey, string TicketBroker, string TicketLog, string LedgerCheck);
