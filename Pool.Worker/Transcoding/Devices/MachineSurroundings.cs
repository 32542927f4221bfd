using System.Runtime.InteropServices;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Sandbox;

namespace Pool.Worker.Transcoding.Devices;

/// <summary>This machine.</summary>
internal sealed unsafe class MachineSurroundings : IDeviceSurroundings
{
    public NodeAccess Open(string node)
    {
        var descriptor = Linux.Open(node, Linux.OpenReadWrite | Linux.OpenCloseOnExec);
        if (descriptor >= 0)
        {
            Linux.Close(descriptor);
            return NodeAccess.Open;
        }

        return Linux.Error switch
        {
            Linux.NoSuchFile => NodeAccess.Missing,
            Linux.AccessDenied or Linux.NotPermitted => NodeAccess.Denied,
            _ => NodeAccess.Dead,
        };
    }

    public IReadOnlyList<string> List(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public string? ReadLine(string file)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public bool HasLibrary(string soname)
    {
        if (!NativeLibrary.TryLoad(soname, out var library))
        {
            return false;
        }

        NativeLibrary.Free(library);
        return true;
    }

    public bool HasEncoder(string name) => ffmpeg.avcodec_find_encoder_by_name(name) != null;

    public bool HasFilter(string name) => ffmpeg.avfilter_get_by_name(name) != null;

    public CudaAnswer AskCuda() => CudaDriver.Ask();
}
