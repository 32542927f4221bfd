namespace Pool.Worker.Connection;

/// <summary>Something on this machine keeps the worker from starting. The message is one line for its owner.</summary>
internal sealed class WorkerSetupException : Exception
{
    public WorkerSetupException()
    {
    }

    public WorkerSetupException(string message)
        : base(message)
    {
    }

    public WorkerSetupException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>The folder a worker keeps its node key in. One worker at a time: a lock that the system drops when the process ends.</summary>
internal sealed class WorkerHome : IDisposable
{
    private const string LockName = "worker.lock";

    private readonly FileStream _lock;

    private WorkerHome(string path, FileStream heldLock)
    {
        Path = path;
        _lock = heldLock;
    }

    /// <summary>Absolute path of the folder.</summary>
    public string Path { get; }

    /// <summary>Makes the folder if it is missing, for its owner alone, and locks it.</summary>
    /// <exception cref="WorkerSetupException">The folder cannot be used, or another worker uses it.</exception>
    public static WorkerHome Open(string path)
    {
        try
        {
            var folder = OwnerOnly.Folder(path);
            return new WorkerHome(folder, Lock(folder));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new WorkerSetupException($"The home folder {path} cannot be used: {Sentence.Of(failure)}", failure);
        }
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string folder)
    {
        var path = System.IO.Path.Combine(folder, LockName);
        var isThere = File.Exists(path);
        try
        {
            return OwnerOnly.File(path, FileMode.OpenOrCreate);
        }
        catch (IOException held) when (isThere && held is not PathTooLongException)
        {
            throw new WorkerSetupException(
                $"Another pool-worker is running with the home folder {folder}: stop it, or give this one its own with --home", held);
        }
    }
}
