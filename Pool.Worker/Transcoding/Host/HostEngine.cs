using Pool.Shared.Livepeer;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Devices;
using Pool.Worker.Transcoding.Formats;
using Pool.Worker.Transcoding.Pipeline;

namespace Pool.Worker.Transcoding.Host;

/// <summary>
/// The engine of a host on its device. It is opened before the process is sealed, because drivers read files, and tried afterwards, as
/// strangers' segments will be transcoded. What is wrong is a sentence for people; a device that cannot be used is never replaced by another.
/// </summary>
internal sealed class HostEngine : IDisposable
{
    private readonly HardwareDevice? _hardware;
    private readonly TimeProvider _time;

    private HostEngine(string device, HardwareDevice? hardware, string? error, EncoderSlots slots, TimeProvider time)
    {
        (Device, _hardware, Error, _time) = (device, hardware, error, time);
        Run = (job, segment, output, cancellationToken) =>
            new SegmentTranscoder(job.Profiles, job.Clip, job.IsSignatureWanted, output, slots).Run(segment, cancellationToken);
    }

    /// <summary>The device's full name, e.g. <c>nvidia:0</c>.</summary>
    internal string Device { get; }

    /// <summary>Why it cannot work; null when it can.</summary>
    internal string? Error { get; private set; }

    /// <summary>Transcodes a segment.</summary>
    internal SegmentEngine Run { get; private set; }

    /// <summary>Loads the libraries and opens the device.</summary>
    /// <param name="device">As a person names it.</param>
    /// <param name="slots">The processor, when that is the device.</param>
    /// <param name="time">The clock.</param>
    internal static HostEngine Open(string device, EncoderSlots slots, TimeProvider time)
    {
        var full = device;
        try
        {
            FFmpegLibraries.Load();
            var around = new MachineSurroundings();
            var name = DeviceName.TryParse(device, out var read)
                ? DeviceNodes.Place(read, around)
                : throw new DeviceException($"'{device}' is not a device; there are: {DeviceName.Choices}.");
            full = name.ToString();
            if (name.Kind != DeviceKind.Cpu)
            {
                return new HostEngine(full, HardwareDevice.Open(name, around), null, slots, time);
            }

            var error = around.HasEncoder("libx264")
                ? null
                : "FFmpeg's libraries have no libx264 encoder: install a build with it (Debian 12: apt-get install libavcodec59).";
            return new HostEngine(full, null, error, slots, time);
        }
        catch (Exception wrong) when (wrong is FFmpegVersionException or DeviceException)
        {
            return new HostEngine(full, null, wrong.Message, slots, time);
        }
    }

    /// <summary>Tries the device; to be called once the process is sealed.</summary>
    internal void Try()
    {
        if (Error is not null || _hardware is null)
        {
            return;
        }

        try
        {
            DeviceProof.Check(_hardware);
            Run = new DeviceEngine(_hardware, _time).Transcode;
        }
        catch (DeviceException wrong)
        {
            Error = wrong.Message;
        }
    }

    /// <summary>What it can do, found out by doing it.</summary>
    internal EngineCapabilities Prove() => _hardware is null ? EngineCapabilities.Prove() : EngineCapabilities.Prove(Run);

    /// <summary>No capability, where nobody asks for any.</summary>
    internal static EngineCapabilities Nothing { get; } = new(CapabilitySet.Of(), []);

    public void Dispose() => _hardware?.Dispose();
}
