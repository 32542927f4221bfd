using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;

namespace Pool.Vectors.Sections;

/// <summary>An orchestrator's answer to a ping.</summary>
internal sealed class PingCheck : ISectionCheck
{
    public string Section => "ping";

    public void Check(VectorCase vector)
    {
        using var key = EthereumKey.FromBytes(vector.Fields.Bytes("privateKey"));
        var address = Curves.AddressOf(vector.Fields, "address");
        var value = vector.Fields.Bytes("value");
        var pong = vector.Fields.Bytes("pong");
        vector.Expect("address", address.ToString(), key.Address.ToString());
        vector.Expect("pong", pong, PingSigning.Answer(key, value));
        vector.Expect("pong holds", expected: true, PingSigning.IsAnsweredBy(address, value, pong));
    }
}
