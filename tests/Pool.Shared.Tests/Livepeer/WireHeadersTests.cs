using Google.Protobuf;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Shared.Tests.Livepeer;

public sealed class WireHeadersTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Absent_or_empty_header_is_an_empty_message(string? header)
    {
        Assert.True(WireHeaders.TryDecode(header, Payment.Parser, out var payment, out _));

        Assert.Equal(new Payment(), payment);
    }

    [Theory]
    [InlineData("!!!!")]
    [InlineData("abc")]
    [InlineData("ab-_")]
    public void Text_that_is_no_base64_is_one_fault(string header)
    {
        Assert.False(WireHeaders.TryDecodeBase64(header, out var bytes));
        Assert.False(WireHeaders.TryDecode(header, SegData.Parser, out _, out var fault));

        Assert.Null(bytes);
        Assert.Equal(WireHeaderFaultKind.NotBase64, fault.Kind);
    }

    [Fact]
    public void Bytes_that_are_no_message_are_the_other_fault()
    {
        var cut = Convert.ToBase64String(new SegData { Hash = ByteString.CopyFrom(new byte[32]) }.ToByteArray().AsSpan(0, 20));

        Assert.False(WireHeaders.TryDecode(cut, SegData.Parser, out _, out var fault));

        Assert.Equal(WireHeaderFaultKind.NotMessage, fault.Kind);
        Assert.NotEmpty(fault.Text);
    }

    [Fact]
    public void Message_of_a_megabyte_survives_its_header()
    {
        var segData = new SegData { ManifestId = ByteString.CopyFrom(new byte[1_000_000]), Seq = long.MinValue };

        Assert.True(WireHeaders.TryDecode(WireHeaders.Encode(segData), SegData.Parser, out var decoded, out _));

        Assert.Equal(segData, decoded);
    }
}
