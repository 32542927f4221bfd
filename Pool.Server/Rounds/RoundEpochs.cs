using Pool.Server.Chain;
using Pool.Server.Settlement;

namespace Pool.Server.Rounds;

/// <summary>On a chain an epoch is a round.</summary>
internal sealed class RoundEpochs(IChainView chain) : IEpochSource
{
    public long Current => chain.Now.Round.Number;
}
