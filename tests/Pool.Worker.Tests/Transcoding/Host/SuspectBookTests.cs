using Pool.Worker.Transcoding.Host;

namespace Pool.Worker.Tests.Transcoding.Host;

/// <summary>Who is blamed for a death, and for how long.</summary>
public sealed class SuspectBookTests
{
    private const string Word = "TranscoderInvalidVideo";

    private readonly SuspectBook _book = new();

    [Fact]
    public void After_a_death_beside_others_a_segment_runs_alone_and_is_not_refused()
    {
        Assert.False(Beside("segment", "stream"));

        Assert.True(_book.MustRunAlone("segment", "stream"));
        Assert.Null(_book.WordAgainst("segment"));
        Assert.False(_book.MustRunAlone("another segment", "stream"));
    }

    [Fact]
    public void Copies_of_a_segment_that_die_together_are_suspects_and_no_more()
    {
        Assert.False(Beside("segment", "stream"));
        Assert.False(Beside("segment", "another stream"));
        Assert.False(Beside("segment", "third stream"));

        Assert.Null(_book.WordAgainst("segment"));
    }

    [Fact]
    public void A_suspect_that_runs_well_alone_is_cleared()
    {
        Beside("segment", "stream");

        _book.NoteGood("segment", "stream");

        Assert.True(_book.IsEmpty);
    }

    [Fact]
    public void A_segment_that_kills_its_own_host_is_refused_and_its_stream_runs_alone()
    {
        Beside("segment", "stream");

        Assert.True(Alone("segment", "stream"));

        Assert.Equal(Word, _book.WordAgainst("segment"));
        Assert.True(_book.MustRunAlone("next segment", "stream"));
        Assert.False(_book.MustRunAlone("segment of others", "other stream"));
    }

    [Fact]
    public void A_stream_is_forgiven_after_enough_good_segments_in_a_row_and_its_segment_is_not()
    {
        Alone("segment", "stream");

        for (var good = 0; good < SuspectBook.GoodSegmentsToForgive; good++)
        {
            Assert.True(_book.MustRunAlone("next", "stream"));
            _book.NoteGood("next", "stream");
        }

        Assert.False(_book.MustRunAlone("next", "stream"));
        Assert.Equal(Word, _book.WordAgainst("segment"));
    }

    [Fact]
    public void The_oldest_are_forgotten_when_the_book_is_full()
    {
        for (var number = 0; number <= SuspectBook.MaxSessions; number++)
        {
            Alone($"segment {number}", $"stream {number}");
        }

        Assert.Null(_book.WordAgainst("segment 0"));
        Assert.False(_book.MustRunAlone("next", "stream 0"));
        Assert.True(_book.MustRunAlone("next", "stream 1"));
        Assert.Null(_book.WordAgainst($"segment {SuspectBook.MaxSessions - SuspectBook.MaxSegments}"));
        Assert.Equal(Word, _book.WordAgainst($"segment {SuspectBook.MaxSessions}"));
    }

    private bool Beside(string segment, string stream) => _book.NoteDeath(segment, stream, wasAlone: false, Word);

    private bool Alone(string segment, string stream) => _book.NoteDeath(segment, stream, wasAlone: true, Word);
}
