using Pool.Shared.Contracts;
using Pool.Worker.Cli;
using Pool.Worker.Connection;
using Pool.Worker.Tests.Connection;

namespace Pool.Worker.Tests.Cli;

public sealed class WorkerScreenTests : IDisposable
{
    private static readonly Guid s_id = new("12345678-0000-4000-8000-000000000000");
    private readonly StringWriter _output = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public void Each_change_of_state_is_one_line()
    {
        var screen = new WorkerScreen(_output, new ManualTime());

        screen.Joined(s_id, 2, again: false);
        screen.Lost("Connection refused", TimeSpan.FromSeconds(1.25));
        screen.Joined(s_id, 1, again: true);
        screen.Withdrawn(s_id, "the assignment is over");
        screen.Dropped(s_id);
        screen.Draining(2);
        screen.Draining(0);

        Assert.Equal(
            [
                "00:00:00 joined as worker 12345678-0000-4000-8000-000000000000; the pool sends up to 2 segments at once",
                "00:00:00 connection lost: Connection refused; trying again in 1.3 s, and until the pool is back",
                "00:00:00 rejoined as worker 12345678-0000-4000-8000-000000000000; the pool sends up to 1 segment at once",
                "00:00:00 segment 12345678 withdrawn by the pool: the assignment is over",
                "00:00:00 segment 12345678 dropped: its bytes were on a line that fell silent, and the pool gives it out again",
                "00:00:00 finishing 2 segments, press Ctrl-C again to stop at once",
                "00:00:00 leaving",
            ],
            Lines());
    }

    [Fact]
    public void Each_end_of_a_segment_is_one_line_that_says_why()
    {
        var screen = new WorkerScreen(_output, new ManualTime());

        screen.Ended(Report(OutcomeKind.Done, "", new OutcomeVerdict(true, null)));
        screen.Ended(Report(OutcomeKind.Done, "", new OutcomeVerdict(true, "the pool's own clip: nobody pays for it")));
        screen.Ended(Report(OutcomeKind.Done, "", new OutcomeVerdict(false, "rendition 'P0': too few frames")));
        screen.Ended(Report(OutcomeKind.Done, "", verdict: null));
        screen.Ended(Report(OutcomeKind.BadInput, InputFault.NoKeyFrames, new OutcomeVerdict(true, null)));
        screen.Ended(Report(OutcomeKind.WorkerFailed, "The deadline of 7.5 s passed", verdict: null));
        screen.Ended(Report(OutcomeKind.Refused, "The worker is draining", new OutcomeVerdict(true, null)));

        Assert.Equal(
            [
                "00:00:00 segment 12345678 done: 2.0 s of video, 2 renditions, 500 ms (4.0 × real time)",
                "00:00:00 segment 12345678 done: 2.0 s of video, 2 renditions, 500 ms (4.0 × real time); the pool's own clip: nobody pays for it",
                "00:00:00 segment 12345678 not accepted by the pool: rendition 'P0': too few frames",
                "00:00:00 segment 12345678 done, but the pool could not be told",
                "00:00:00 segment 12345678 cannot be transcoded: No keyframes in input",
                "00:00:00 segment 12345678 failed: The deadline of 7.5 s passed",
                "00:00:00 segment 12345678 not taken: The worker is draining",
            ],
            Lines());
    }

    private static SegmentReport Report(OutcomeKind kind, string detail, OutcomeVerdict? verdict)
    {
        var assignment = FakeAssignment.Create([1], renditions: 2, TimeSpan.FromSeconds(8)).Message with { AssignmentId = s_id };
        return new SegmentReport(assignment, new AssignmentOutcome(kind, detail, 0, 0), verdict, TimeSpan.FromMilliseconds(500));
    }

    private string[] Lines() => _output.ToString().TrimEnd().Split('\n');
}
