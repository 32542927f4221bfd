using System.Text;
using System.Text.Json;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;

namespace Pool.Tests.Chain;

/// <summary>A compiled contract of Livepeer as its package ships it: interface, code, and where a library's address has to be written into it.</summary>
internal sealed class Artifact
{
    private const string Package = "@livepeer/sdk";
    private const string LinkMark = "__";

    private readonly string _code;
    private readonly List<(string Library, int Start, int Length)> _links = [];

    private Artifact(string name, JsonElement json)
    {
        Abi = AbiContract.Parse(json.GetProperty("abi").GetRawText());
        _code = (json.GetProperty("bytecode").GetString() ?? "")["0x".Length..];
        Name = name;
        foreach (var link in json.GetProperty("linkReferences").EnumerateObject().SelectMany(file => file.Value.EnumerateObject()))
        {
            _links.AddRange(link.Value.EnumerateArray()
                .Select(place => (link.Name, place.GetProperty("start").GetInt32(), place.GetProperty("length").GetInt32())));
        }
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its interface.</summary>
    public AbiContract Abi { get; }

    /// <summary>Reads one.</summary>
    /// <param name="name">The contract.</param>
    /// <param name="folder">The folder of its source below <c>contracts</c>; empty for that one itself.</param>
    /// <exception cref="LocalChainException">The packages are not installed.</exception>
    public static Artifact Read(string name, string folder = "")
    {
        var file = NpmPackages.File(Package, "abis", "contracts", folder, $"{name}.sol", $"{name}.json");
        return new Artifact(name, JsonSerializer.Deserialize<JsonElement>(File.ReadAllBytes(file)));
    }

    /// <summary>The code that creates it.</summary>
    /// <param name="constructor">What its constructor takes, as the signature of a function.</param>
    /// <param name="arguments">The arguments.</param>
    /// <param name="libraries">Addresses of the libraries it calls.</param>
    public byte[] Creation(string constructor, IReadOnlyList<AbiValue> arguments, IReadOnlyDictionary<string, Address>? libraries = null)
    {
        var linked = new StringBuilder(_code);
        foreach (var (library, start, length) in _links)
        {
            var address = libraries?.GetValueOrDefault(library) ?? throw new LocalChainException($"{Name} needs the library {library}.");
            linked.Remove(start * 2, length * 2).Insert(start * 2, Convert.ToHexStringLower(address.ToBytes()));
        }

        var code = linked.ToString();
        return code.Contains(LinkMark, StringComparison.Ordinal)
            ? throw new LocalChainException($"{Name} is not linked wholly.")
            : [.. Convert.FromHexString(code), .. AbiEncoder.Encode(AbiFunction.Parse(constructor).Inputs, arguments)];
    }
}
