using Pool.Shared.Livepeer;

namespace Pool.Shared.Tests.Livepeer;

public sealed class ProfileChoiceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pool-profiles-").FullName;

    [Fact]
    public void Presets_are_read_by_name()
    {
        Assert.True(ProfileChoice.TryRead("P240p30fps16x9, P360p30fps16x9", out var profiles, out _));
        Assert.Equal([240, 360], profiles.Select(profile => profile.Height));
    }

    [Fact]
    public void A_file_is_read_in_the_networks_format()
    {
        Assert.True(ProfileChoice.TryRead(Save("""[{"name":"small","width":320,"height":180,"bitrate":300000}]"""), out var profiles, out _));
        Assert.Equal("small", Assert.Single(profiles).Name);
    }

    [Theory]
    [InlineData("P240p30fps16x9,P240p30fps16x9", "the name 'P240p30fps16x9' is there twice")]
    [InlineData("nosuch", "entry 1 ('nosuch') is no preset")]
    [InlineData("/nowhere/profiles.json", "/nowhere/profiles.json cannot be read")]
    public void What_cannot_be_read_is_named(string text, string reason)
    {
        Assert.False(ProfileChoice.TryRead(text, out _, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_list_of_profiles_is_named_with_what_is_wrong_in_it()
    {
        var path = Save("{}");

        Assert.False(ProfileChoice.TryRead(path, out _, out var error));
        Assert.Equal($"{path}: the profiles are not a JSON array: write [ {{…}}, {{…}} ]", error);
    }

    [Fact]
    public void A_file_of_megabytes_is_not_read()
    {
        Assert.False(ProfileChoice.TryRead(Save(new string(' ', 1024 * 1024 + 1)), out _, out var error));
        Assert.Contains("that is no list of profiles", error, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Save(string text)
    {
        var path = Path.Combine(_folder, "profiles.json");
        File.WriteAllText(path, text);
        return path;
    }
}
