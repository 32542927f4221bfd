using Microsoft.Extensions.Options;
using Pool.Server.Node;
using Pool.Shared.Ethereum;

namespace Pool.Server.Workers;

/// <summary>The key that signs the pool's receipts. It holds no money and signs nothing else.</summary>
public sealed class ReceiptKey(IOptions<NodeOptions> node) : IDisposable
{
    private const string Name = "receipt.key";

    private EthereumKey? _key;

    /// <summary>The key; its address is what workers know the pool by.</summary>
    public EthereumKey Key => _key ?? throw new InvalidOperationException("Load comes first.");

    /// <summary>Reads the key, or makes it at the first start.</summary>
    /// <exception cref="StartUpException">The file is damaged.</exception>
    public void Load()
    {
        var path = Path.Combine(node.Value.ServerFolder, Name);
        try
        {
            _key = EthereumKey.FromBytes(SecretFile.ReadOrCreate(path, "to be a stranger to the workers that know its address"));
        }
        catch (ArgumentException wrong)
        {
            throw new StartUpException($"{path} is no private key: it is damaged. Restore it.", wrong);
        }
    }

    public void Dispose() => _key?.Dispose();
}
