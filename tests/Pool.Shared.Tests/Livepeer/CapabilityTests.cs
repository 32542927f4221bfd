using FsCheck;
using FsCheck.Fluent;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Shared.Tests.Livepeer;

public sealed class CapabilityTests
{
    [Fact]
    public void Default_and_legacy_are_the_words_of_the_network()
    {
        Assert.Equal([0x4005FFFUL], CapabilitySet.Default.ToWords());
        Assert.Equal([4095UL], CapabilitySet.Legacy.ToWords());
    }

    [Fact]
    public void Superfluous_zero_word_makes_a_job_unfit_and_an_advertisement_no_worse()
    {
        var padded = CapabilitySet.FromWords([3, 0]);
        var plain = CapabilitySet.FromWords([3]);

        Assert.False(padded.IsSubsetOf(plain));
        Assert.True(plain.IsSubsetOf(padded));
        Assert.NotEqual(plain, padded);
    }

    [Fact]
    public void Number_beyond_all_bounds_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => CapabilitySet.FromNumbers([int.MaxValue]));

    [Fact]
    public void Numbers_survive_their_words() => Check.QuickThrowOnFailure(Prop.ForAll(Numbers(), numbers =>
    {
        var set = CapabilitySet.FromNumbers(numbers);
        return CapabilitySet.FromWords(set.ToWords()).ToNumbers().SequenceEqual(numbers.Where(number => number >= 0).Distinct().Order()) &&
            numbers.All(number => set.Contains(number) == number >= 0);
    }));

    [Fact]
    public void Union_and_intersection_hold_what_their_names_say() => Prop.ForAll(Numbers(), Numbers(), (left, right) =>
    {
        var (one, other) = (CapabilitySet.FromNumbers(left), CapabilitySet.FromNumbers(right));
        var (union, both) = (one.Union(other), one.Intersect(other));
        return one.IsSubsetOf(union) && other.IsSubsetOf(union) && both.IsSubsetOf(one) && both.IsSubsetOf(other) &&
            union.Equals(other.Union(one)) && both.Equals(other.Intersect(one)) &&
            union.ToNumbers().Count + both.ToNumbers().Count == one.ToNumbers().Count + other.ToNumbers().Count;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Subset_is_containment_of_numbers() => Check.QuickThrowOnFailure(Prop.ForAll(Numbers(), Numbers(), (left, right) =>
    {
        var (one, other) = (CapabilitySet.FromNumbers(left), CapabilitySet.FromNumbers(right));
        return one.IsSubsetOf(other) == one.ToNumbers().All(other.Contains);
    }));

    [Fact]
    public void Peer_without_capabilities_counts_as_legacy()
    {
        var orchestrator = new Capabilities { Bitstring = { 4095 } };

        Assert.True(CapabilityCheck.IsCompatible(job: null, orchestrator));
        Assert.True(CapabilityCheck.IsCompatible(orchestrator, orchestrator: null));
        Assert.False(CapabilityCheck.IsCompatible(new Capabilities { Bitstring = { 4097 } }, orchestrator: null));
    }

    [Theory]
    [InlineData("a", false, "", true)]
    [InlineData("a", true, "", false)]
    [InlineData("b", true, "0.2.0", true)]
    [InlineData("b", true, "0.4.0", false)]
    [InlineData("c", false, "", false)]
    public void Models_must_be_there_warm_and_new_enough(string model, bool warm, string version, bool compatible)
    {
        var offered = WithModels(("a", false, ""), ("b", true, "0.3.0"));

        Assert.Equal(compatible, CapabilityCheck.IsCompatible(WithModels((model, warm, version)), offered));
    }

    [Theory]
    [InlineData("v1.2.3", true, 1, 2, 3)]
    [InlineData("1.2", true, 1, 2, 0)]
    [InlineData("7", true, 7, 0, 0)]
    [InlineData("0.9.1-1a2b3c4d-dirty", true, 0, 9, 1)]
    [InlineData("1.2.3+build.5", true, 1, 2, 3)]
    [InlineData("1.2.3-01", false, 0, 0, 0)]
    [InlineData("1.2.3.4", false, 0, 0, 0)]
    [InlineData("1.2.3\n", false, 0, 0, 0)]
    [InlineData("99999999999999999999.0.0", false, 0, 0, 0)]
    [InlineData("", false, 0, 0, 0)]
    [InlineData(null, false, 0, 0, 0)]
    public void Version_is_read_leniently_and_its_suffix_dropped(string? text, bool isVersion, ulong major, ulong minor, ulong patch)
    {
        Assert.Equal(isVersion, NodeVersion.TryParse(text, out var version));

        Assert.Equal(new NodeVersion(major, minor, patch), version);
    }

    private static Arbitrary<int[]> Numbers() => Gen.Choose(-3, 200).ArrayOf().ToArbitrary();

    private static Capabilities WithModels(params (string Name, bool Warm, string Version)[] models)
    {
        var constraints = new Capabilities.Types.CapabilityConstraints();
        foreach (var (name, warm, version) in models)
        {
            constraints.Models[name] = new() { Warm = warm, RunnerVersion = version };
        }

        return new Capabilities { Constraints = new() { PerCapability = { [27] = constraints } } };
    }
}
