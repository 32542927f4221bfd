namespace Pool.Worker.Transcoding.Devices;

/// <summary>A device cannot be used, or not any more. The message is one line that names what is missing and what to do.</summary>
internal sealed class DeviceException(string message) : Exception(message);
