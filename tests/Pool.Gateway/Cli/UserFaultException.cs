namespace Pool.Gateway.Cli;

/// <summary>Something the person at the command line can put right. Its message is the one line that is shown; the exit code is 2.</summary>
public sealed class UserFaultException : Exception
{
    public UserFaultException(string message)
        : base(message)
    {
    }

    public UserFaultException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public UserFaultException()
    {
    }
}
