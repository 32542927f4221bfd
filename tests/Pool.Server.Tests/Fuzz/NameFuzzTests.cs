using System.Text;
using Microsoft.Extensions.Options;
using Pool.Server.Livepeer;
using Pool.Server.Segments;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Fuzz;

/// <summary>Names of files and addresses that strangers write.</summary>
public sealed class NameFuzzTests
{
    private const int Runs = 5000;

    [Fact]
    public void No_name_but_ours_is_one_of_the_spool() => FuzzRun.Times(Runs, random =>
    {
        var name = Encoding.Latin1.GetString(FuzzRun.Mutate(Encoding.Latin1.GetBytes(SpoolFile.NewId() + ".ts"), random));
        if (SpoolFile.IsServedName(name))
        {
            Assert.Equal(name, Path.GetFileName(name));
            Assert.Matches("^[0-9a-f]{32}\\.(ts|mp4|phash)$", name);
        }
    });

    [Fact]
    public void An_address_is_http_without_a_secret_or_none() => FuzzRun.Times(Runs, random =>
    {
        using var download = new SourceDownload(Options.Create(new SegmentUrlOptions { Enabled = true }));
        if (download.Read(FuzzRun.Mutate("https://store.example:8443/bucket/a.ts?signature=1"u8.ToArray(), random)) is { } url)
        {
            Assert.True(url.Scheme is "http" or "https");
            Assert.Equal("", url.UserInfo);
            Assert.NotEqual("", url.Host);
        }
    });
}
