using System.Collections.Concurrent;
using Pool.Shared.Contracts;
using Pool.Worker.Transcoding.Cutting;

namespace Pool.Worker.Transcoding.Host;

/// <summary>The passes over the host's file, in the host process.</summary>
internal sealed class FileCuts(string? file) : IDisposable
{
    private readonly ConcurrentDictionary<int, Pass> _passes = new();

    /// <summary>The next segment of a pass; null at its end.</summary>
    /// <exception cref="InputFaultException">There is no file that segments can be cut of.</exception>
    public CutSegment? Next(HostCut cut)
    {
        if (file is null)
        {
            throw new InputFaultException(InputFault.InvalidVideo);
        }

        var pass = _passes.GetOrAdd(cut.Source, _ => new Pass());
        lock (pass)
        {
            return pass.Next(file, cut.Seconds);
        }
    }

    public void Dispose()
    {
        foreach (var pass in _passes.Values)
        {
            pass.Dispose();
        }
    }

    private sealed class Pass : IDisposable
    {
        private FileStream? _file;
        private SegmentCutter? _cutter;

        public CutSegment? Next(string path, double seconds)
        {
            _file ??= new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            _cutter ??= new SegmentCutter(_file, seconds);
            return _cutter.Next();
        }

        public void Dispose()
        {
            _cutter?.Dispose();
            _file?.Dispose();
        }
    }
}
