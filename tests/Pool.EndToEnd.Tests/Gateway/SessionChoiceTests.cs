using Pool.Gateway.Network;
using Pool.Shared.Livepeer.Wire;

namespace Pool.EndToEnd.Tests.Gateway;

/// <summary>Which orchestrator gets the next segment (protocol §4.11, §8.2).</summary>
public sealed class SessionChoiceTests
{
    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(2);

    [Fact]
    public void A_session_that_keeps_up_is_used_again()
    {
        var (quick, other) = (Scored(0.9), Scored(0.1));

        Assert.Same(quick, SessionChoice.Choose([quick, other], quick, TimeSpan.Zero));
    }

    [Fact]
    public void One_that_is_too_slow_gives_way_to_one_that_was_never_tried()
    {
        var (slow, unknown) = (Scored(1.1), Session());

        Assert.Same(unknown, SessionChoice.Choose([slow, unknown], slow, TimeSpan.Zero));
        Assert.Same(slow, SessionChoice.Choose([slow], slow, TimeSpan.Zero));
    }

    [Fact]
    public void Of_known_ones_the_quickest_is_used_before_any_that_was_never_tried()
    {
        var (slow, quick, unknown) = (Scored(1.5), Scored(0.5), Session());

        Assert.Same(quick, SessionChoice.Choose([slow, unknown, quick], slow, TimeSpan.Zero));
    }

    [Fact]
    public void A_busy_session_is_used_for_one_duration_and_without_another_for_two()
    {
        var (busy, other) = (Scored(0.5), Session());
        busy.Begin(TimeSpan.Zero, s_duration);

        Assert.Same(busy, SessionChoice.Choose([busy, other], busy, TimeSpan.FromSeconds(1.9)));
        Assert.Same(other, SessionChoice.Choose([busy, other], busy, TimeSpan.FromSeconds(2)));
        Assert.Same(busy, SessionChoice.Choose([busy], busy, TimeSpan.FromSeconds(3.9)));
        Assert.Null(SessionChoice.Choose([busy], busy, TimeSpan.FromSeconds(4)));
    }

    [Fact]
    public void A_short_segment_has_the_patience_and_the_score_of_a_second_and_a_half()
    {
        var session = Session();
        var segment = session.Begin(TimeSpan.Zero, TimeSpan.FromSeconds(0.5));

        Assert.Same(session, SessionChoice.Choose([session], session, TimeSpan.FromSeconds(2.9)));
        session.Score(TimeSpan.FromSeconds(1.5), segment);
        Assert.Equal(1.0, session.LatencyScore);
    }

    [Fact]
    public void Without_sessions_there_is_no_choice()
    {
        Assert.Null(SessionChoice.Choose([], last: null, TimeSpan.Zero));
    }

    private static GatewaySession Session() =>
        new(new OrchestratorClient(new Uri("https://127.0.0.1:1"), new Capabilities()), new OrchestratorInfo());

    private static GatewaySession Scored(double score)
    {
        var session = Session();
        var segment = session.Begin(TimeSpan.Zero, s_duration);
        session.Score(score * s_duration, segment);
        session.End(segment);
        return session;
    }
}
