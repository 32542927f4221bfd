namespace Pool.Gateway.Reports;

/// <summary>What was paid.</summary>
/// <param name="Sender">The gateway's address.</param>
/// <param name="Tickets">Tickets that were sent.</param>
/// <param name="ExpectedValue">What they are worth together in wei, as an exact fraction.</param>
/// <param name="ExpectedWei">The same in whole wei, a decimal string.</param>
/// <param name="Prices">Every price that was paid, in wei per pixel, as fractions.</param>
public sealed record PaymentReport(string Sender, long Tickets, string ExpectedValue, string ExpectedWei, IReadOnlyList<string> Prices);
