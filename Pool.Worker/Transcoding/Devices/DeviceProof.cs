using Pool.Shared.Media;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Formats;
using Pool.Worker.Transcoding.Pipeline;

namespace Pool.Worker.Transcoding.Devices;

/// <summary>Whether an open GPU transcodes at all, found out by doing it inside the sealed host.</summary>
internal static class DeviceProof
{
    private static readonly VideoProfile s_profile = new() { Name = "device", Width = 320, Height = 320, BitrateBps = 200_000 };

    /// <summary>Decodes, scales and encodes a few frames, and counts the encoders.</summary>
    /// <exception cref="DeviceException">It does not; the message says what is missing.</exception>
    internal static void Check(HardwareDevice device)
    {
        device.CountEncoders();
        var clip = ProofClips.Read(ProofClips.H264);
        if (DecodedOnDevice(device, clip) == 0)
        {
            throw new DeviceException($"{device.Name}: this GPU does not decode H.264: its driver is without a video decoder, or the GPU is too old.");
        }

        try
        {
            TranscodeAnyWay(device, clip);
        }
        catch (Exception failure) when (failure is FFmpegException or InputFaultException)
        {
            throw new DeviceException($"{device.Name}: a test clip could not be transcoded on this GPU ({failure.Message}): its driver does not work.");
        }
    }

    private static void TranscodeAnyWay(HardwareDevice device, byte[] clip)
    {
        try
        {
            Transcode(device, clip);
        }
        catch (DeviceException) when (device.TryOtherEncoder())
        {
            Transcode(device, clip);
        }
    }

    private static void Transcode(HardwareDevice device, byte[] clip) => new SegmentTranscoder(
        [s_profile], null, isSigned: false, new MemoryRendition(), new EncoderSlots(1, TimeProvider.System), device).Run(clip, CancellationToken.None);

    private static unsafe long DecodedOnDevice(HardwareDevice device, byte[] clip)
    {
        var onDevice = 0L;
        using var reader = new SegmentReader(clip, 1, device);
        VideoFrames.ForEach(reader, frame => onDevice += DeviceFrames.IsOnDevice(frame) ? 1 : 0);
        return onDevice;
    }
}
