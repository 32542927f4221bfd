using Pool.Shared.Contracts;
using Pool.Worker.FFmpeg;
using Pool.Worker.Tests.Transcoding.Formats;
using Pool.Worker.Transcoding;
using Pool.Worker.Transcoding.Signature;

namespace Pool.Worker.Tests.Transcoding.Signature;

public sealed class RenditionSignatureTests
{
    private const string Picture = "-f lavfi -i testsrc2=size=192x108:rate=25:duration=4 -c:v libx264 -preset ultrafast -pix_fmt yuv420p";

    public RenditionSignatureTests() => FFmpegLibraries.Load();

    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(100)]
    public void It_is_byte_for_byte_ffmpegs(int frames)
    {
        var rendition = MediaTool.Make($"{Picture} -frames:v {frames}");
        var expected = MediaTool.WithFile(rendition, from => MediaTool.WithFile([], to =>
        {
            MediaTool.Run("ffmpeg", $"-v error -nostdin -copyts -i {from} -vf signature=filename={to} -f null -");
            return File.ReadAllBytes(to);
        }));

        var signature = RenditionSignature.OfBytes(rendition, 1);

        Assert.NotEmpty(signature);
        Assert.Equal(expected, signature);
    }

    [Fact]
    public void It_is_the_same_for_the_same_rendition_and_differs_for_another_picture()
    {
        var one = RenditionSignature.OfBytes(MediaTool.Make(Picture), 1);
        var again = RenditionSignature.OfBytes(MediaTool.Make(Picture), 2);
        var other = RenditionSignature.OfBytes(MediaTool.Make(Picture.Replace("testsrc2", "smptebars", StringComparison.Ordinal)), 1);

        Assert.Equal(one, again);
        Assert.NotEqual(one, other);
    }

    [Theory]
    [InlineData("-f lavfi -i testsrc2=size=16x16:rate=25 -frames:v 2 -c:v libx264 -pix_fmt yuv420p", InputFault.FilterGraph)]
    [InlineData("-f lavfi -i sine=duration=1 -c:a aac", InputFault.InvalidVideo)]
    public void What_cannot_be_signed_is_refused_by_name(string arguments, string word) =>
        Assert.Equal(word, Assert.Throws<InputFaultException>(() => RenditionSignature.OfBytes(MediaTool.Make(arguments), 1)).Message);

    [Fact]
    public void A_file_in_memory_keeps_what_is_written_to_its_path()
    {
        using var file = new MemoryFile("test");
        File.WriteAllBytes(file.Path, [1, 2, 3]);

        Assert.Equal([1, 2, 3], file.Read(3));
        Assert.Throws<IOException>(() => file.Read(2));
    }
}
