using Pool.Server.Dispatch;
using Pool.Server.Livepeer;
using Pool.Server.Sessions;
using Pool.Shared.Contracts;

namespace Pool.Server.Tests.Edge;

/// <summary>The whole table of what a gateway is told (protocol §4.11): bad streams by the network's words, our own failures by others.</summary>
public sealed class FailureTableTests
{
    /// <summary>The network's list, copied from protocol §4.11: a gateway keeps its session on these texts and on no other.</summary>
    private static readonly string[] s_nonRetryable =
    [
        "Unsupported input pixel format", "Error initializing filtergraph", "Too many outputs", "Unsupported input codec", "No keyframes in input",
        "Unrecoverable state, restart process", "Encoded frames runaway", "Decoder not found", "Demuxer not found", "Encoder not found",
        "Muxer not found", "Option not found", "Invalid argument", "TranscoderInvalidResolution", "TranscoderInvalidVideo",
        "TranscoderUnrecognizedFormat", "TranscoderUnrecognizedProfile", "TranscoderInvalidGOP", "TranscoderIncompatibleDevices",
    ];

    [Fact]
    public void Our_words_for_bad_input_are_the_networks_and_all_of_them() =>
        Assert.Equal(s_nonRetryable.Order(StringComparer.Ordinal), InputFault.Words.Order(StringComparer.Ordinal));

    [Fact]
    public void Bad_input_is_told_in_its_own_word_and_nothing_else()
    {
        foreach (var word in s_nonRetryable)
        {
            Assert.Equal(word, FailureWords.ErrorOf(new SessionAnswer.Answered(new SegmentResult.BadInput(word))));
        }
    }

    [Fact]
    public void Every_fault_of_the_pool_has_its_line_and_blames_no_stream()
    {
        Assert.Equal(Enum.GetValues<PoolFault>().Order(), FailureWords.OfPool.Keys.Order());
        foreach (var fault in Enum.GetValues<PoolFault>())
        {
            var text = FailureWords.ErrorOf(new SessionAnswer.Answered(new SegmentResult.Failed(fault, "secret detail")));
            AssertBlamesNoStream(text);
            Assert.Equal(FailureWords.OfPool[fault], text);
        }
    }

    [Fact]
    public void Every_answer_of_a_session_has_its_line()
    {
        Assert.Equal("OrchestratorBusy", FailureWords.ErrorOf(new SessionAnswer.Busy()));
        Assert.Equal("OrchestratorCapped", FailureWords.ErrorOf(new SessionAnswer.Capped()));
        Assert.Null(FailureWords.ErrorOf(new SessionAnswer.Answered(new SegmentResult.Transcoded([]))));
        foreach (var answer in new SessionAnswer[] { new SessionAnswer.Busy(), new SessionAnswer.Capped(), new SessionAnswer.Closed(), new SessionAnswer.Broken() })
        {
            AssertBlamesNoStream(FailureWords.ErrorOf(answer));
        }

        var kinds = typeof(SessionAnswer).GetNestedTypes().Select(type => type.Name).Order(StringComparer.Ordinal);
        Assert.Equal(["Answered", "Broken", "Busy", "Capped", "Closed"], kinds);
    }

    [Fact]
    public void Every_result_of_a_segment_has_its_line() =>
        Assert.Equal(["BadInput", "Failed", "Transcoded"], typeof(SegmentResult).GetNestedTypes().Select(type => type.Name).Order(StringComparer.Ordinal));

    /// <summary>A gateway looks for the words inside the text, too.</summary>
    private static void AssertBlamesNoStream(string? text)
    {
        Assert.False(string.IsNullOrEmpty(text));
        Assert.DoesNotContain(s_nonRetryable, word => text.Contains(word, StringComparison.Ordinal));
    }
}
