using FsCheck;
using FsCheck.Fluent;
using Pool.Shared.Ethereum;
using Pool.Shared.Ethereum.Abi;

namespace Pool.Shared.Tests.Ethereum.Abi;

public sealed class AbiSignatureTests
{
    [Theory]
    [InlineData("transfer(address,uint256)", "transfer(address,uint256)", "0xa9059cbb")]
    [InlineData("function transfer(address to, uint value) external returns (bool)", "transfer(address,uint256)", "0xa9059cbb")]
    [InlineData(" transfer ( address payable to , uint256 value ) ", "transfer(address,uint256)", "0xa9059cbb")]
    [InlineData("function f(tuple(int a, bytes memory b)[2][] calldata rows)", "f((int256,bytes)[2][])", null)]
    [InlineData("function()", "function()", null)]
    public void Function_is_read_however_it_is_written(string text, string signature, string? selector)
    {
        var function = AbiFunction.Parse(text);

        Assert.Equal(signature, function.Signature);
        Assert.Equal(selector ?? function.Selector.ToString(), function.Selector.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("f")]
    [InlineData("f(")]
    [InlineData("f(uint256")]
    [InlineData("f(uint256,)")]
    [InlineData("f(uint256))")]
    [InlineData("f(uint256) maybe")]
    [InlineData("f(uint7)")]
    [InlineData("f(uint0)")]
    [InlineData("f(uint08)")]
    [InlineData("f(uint264)")]
    [InlineData("f(bytes0)")]
    [InlineData("f(bytes33)")]
    [InlineData("f(fixed128x18)")]
    [InlineData("f(uint256[0])")]
    [InlineData("f(uint256[-1])")]
    [InlineData("f(uint256[99999999999])")]
    [InlineData("f(uint256[60000][60000])")]
    [InlineData("f(())")]
    [InlineData("f(uint256 a b)")]
    [InlineData("f(uint256[][][][][][][][][][][][][][][][][])")]
    [InlineData("f((((((((((((((((((((uint256))))))))))))))))))))")]
    public void Text_that_is_no_signature_is_refused_by_name(string text) => Assert.Throws<AbiException>(() => AbiFunction.Parse(text));

    [Fact]
    public void Novel_and_too_many_parameters_are_refused()
    {
        Assert.Throws<AbiException>(() => AbiFunction.Parse($"f({new string(' ', 20_000)})"));
        Assert.Throws<AbiException>(() => AbiFunction.Parse($"f({string.Join(',', Enumerable.Repeat("bool", 257))})"));
        Assert.Equal(256, AbiFunction.Parse($"f({string.Join(',', Enumerable.Repeat("bool", 256))})").Inputs.Count);
    }

    [Fact]
    public void Random_signatures_are_read_or_refused_by_name()
    {
        var pieces = Gen.Elements("f", "(", ")", "[", "]", ",", "uint256", "tuple", "indexed", "bytes", "3", " ", "returns", "event");

        Prop.ForAll(pieces.ListOf().ToArbitrary(), list =>
        {
            foreach (var parse in new Action<string>[] { text => AbiFunction.Parse(text), text => AbiEvent.Parse(text), text => AbiError.Parse(text) })
            {
                try
                {
                    parse(string.Concat(list));
                }
                catch (AbiException)
                {
                    // Refused by name.
                }
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Event_takes_its_indexed_values_from_topics_and_hashes_where_they_do_not_fit()
    {
        var parsed = AbiEvent.Parse("event Named(address indexed owner, uint8 kind, string indexed name, uint256[2] indexed pair)");
        var owner = Address.FromWire([1, 2, 3]);
        Bytes32[] topics = [parsed.Topic, parsed.TopicFor("owner", owner), Bytes32.Keccak("name"u8), Bytes32.Keccak("pair"u8)];

        var log = parsed.DecodeLog(topics, Uint256.ToBytes(9));

        Assert.Equal(owner, log["owner"].AsAddress());
        Assert.Equal(9, log["kind"].AsNumber());
        Assert.Equal(new AbiValue.Hashed(topics[2]), log["name"]);
        Assert.Equal(new AbiValue.Hashed(topics[3]), log["pair"]);
        Assert.Throws<AbiException>(() => parsed.TopicFor("name", "a name"));
        Assert.Throws<AbiException>(() => parsed.TopicFor("kind", 9));
        Assert.Throws<AbiException>(() => log["nothing"]);
    }

    [Fact]
    public void Log_of_another_event_or_with_other_topics_is_refused()
    {
        var parsed = AbiEvent.Parse("event Transfer(address indexed from, address indexed to, uint256 value)");

        Assert.Throws<AbiException>(() => parsed.DecodeLog([parsed.Topic, default, default, default], new byte[32]));
        Assert.Throws<AbiException>(() => parsed.DecodeLog([Bytes32.Keccak("x"u8), default, default], new byte[32]));
        Assert.Throws<AbiException>(() => parsed.DecodeLog([], new byte[32]));
        Assert.Throws<AbiException>(() => parsed.DecodeLog([parsed.Topic, Bytes32.Keccak("no address"u8), default], new byte[32]));
        Assert.Throws<AbiException>(() => AbiEvent.Parse("event Many(bool indexed a, bool indexed b, bool indexed c, bool indexed d)"));
    }

    [Fact]
    public void Anonymous_event_has_no_topic_of_its_own()
    {
        var parsed = AbiEvent.Parse("event Note(uint256 indexed who, uint256 what) anonymous");

        var log = parsed.DecodeLog([new Bytes32(Uint256.ToBytes(5))], Uint256.ToBytes(6));

        Assert.Equal(["5", "6"], log.Select(value => value.ToString()));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[7]")]
    [InlineData("[{}]")]
    [InlineData("[{\"type\": \"function\"}]")]
    [InlineData("[{\"type\": \"mystery\", \"name\": \"f\"}]")]
    [InlineData("[{\"type\": \"function\", \"name\": \"f\", \"inputs\": [{\"type\": \"tuple\"}]}]")]
    [InlineData("[{\"type\": \"function\", \"name\": \"f\", \"inputs\": [{\"type\": \"tuplex\", \"components\": [{\"type\": \"bool\"}]}]}]")]
    [InlineData("[{\"type\": \"function\", \"name\": \"f\", \"inputs\": 3}]")]
    [InlineData("[{\"type\": \"event\", \"name\": \"f\", \"anonymous\": \"yes\"}]")]
    [InlineData("[")]
    public void Json_that_is_no_interface_is_refused_by_name(string json) => Assert.Throws<AbiException>(() => AbiContract.Parse(json));

    [Fact]
    public void Function_that_is_overloaded_is_found_by_its_signature()
    {
        var contract = AbiContract.Parse("""
            [{"type": "function", "name": "f", "inputs": [{"type": "bool", "name": "a"}], "outputs": []}, {"type": "function", "name": "f"},
             {"type": "constructor"}, {"type": "receive"}, {"type": "function", "name": "g", "inputs": [], "outputs": [{"type": "bool", "name": ""}]}]
            """);

        Assert.Equal("f(bool)", contract.Function("f(bool)").Signature);
        Assert.Equal("g()", contract.Function("g").Signature);
        Assert.Contains("several", Assert.Throws<AbiException>(() => contract.Function("f")).Message, StringComparison.Ordinal);
        Assert.Contains("no function", Assert.Throws<AbiException>(() => contract.Function("h")).Message, StringComparison.Ordinal);
        Assert.Null(contract.FindFunction(new byte[3]));
    }
}
