using Pool.Shared.Contracts;
using Pool.Worker.Transcoding.Formats;
using Pool.Worker.Transcoding.Host;
using Pool.Worker.Transcoding.Pipeline;

namespace Pool.Worker.Transcoding.Devices;

/// <summary>
/// Transcodes segments on a GPU. A segment begins when encoders for all its renditions are free, so that no scaled frame waits on the
/// device; one with more renditions than there are encoders is decoded again for the rest.
/// </summary>
/// <param name="device">The GPU; its owner is whoever made it.</param>
/// <param name="time">The clock of the pipeline.</param>
internal sealed class DeviceEngine(ITranscodeDevice device, TimeProvider time)
{
    private readonly EncoderSessions _sessions = new(device.MaxEncoders);

    /// <summary>Threads of whatever is left to the CPU; a place for every rendition of a job.</summary>
    private readonly int _threads = Math.Max(TranscodeLimits.MaxRenditions, Environment.ProcessorCount);

    /// <summary>A <see cref="SegmentEngine"/>.</summary>
    internal long Transcode(HostJob job, ReadOnlyMemory<byte> segment, IRenditionOutput output, CancellationToken cancellationToken)
    {
        ProfileCheck.Check(job.Profiles, job.Clip);
        var frames = 0L;
        for (var first = 0; first < job.Profiles.Count; first += _sessions.Count)
        {
            var profiles = job.Profiles.Skip(first).Take(_sessions.Count).ToList();
            using var encoders = _sessions.Ask(profiles.Count);
            encoders.Wait(cancellationToken);
            frames = Transcode(job with { Profiles = profiles }, segment, new PartOfRenditions(output, first), cancellationToken);
        }

        return frames;
    }

    /// <summary>A segment is not to blame because a GPU makes nothing of it: that may be gone. The CPU has the last word.</summary>
    private long Transcode(HostJob part, ReadOnlyMemory<byte> segment, PartOfRenditions output, CancellationToken cancellationToken)
    {
        try
        {
            return Run(device);
        }
        catch (InputFaultException fault) when (fault.Message is InputFault.InvalidVideo or InputFault.NoKeyFrames && !output.HasBegun)
        {
            return Run(new DecodedOnCpu(device));
        }

        long Run(ITranscodeDevice on) => new SegmentTranscoder(
            part.Profiles, part.Clip, part.IsSignatureWanted, output, new EncoderSlots(_threads, time), on).Run(segment, cancellationToken);
    }

    /// <summary>Renditions of a part of a job, by their places in the whole.</summary>
    private sealed class PartOfRenditions(IRenditionOutput whole, int first) : IRenditionOutput
    {
        private volatile bool _hasBegun;

        /// <summary>Bytes have been handed out.</summary>
        internal bool HasBegun => _hasBegun;

        public void Write(int rendition, ReadOnlySpan<byte> bytes)
        {
            _hasBegun = true;
            whole.Write(first + rendition, bytes);
        }

        public void Sign(int rendition, ReadOnlySpan<byte> signature) => whole.Sign(first + rendition, signature);

        public void End(int rendition) => whole.End(first + rendition);
    }
}
