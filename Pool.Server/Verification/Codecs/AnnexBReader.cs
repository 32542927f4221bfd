namespace Pool.Server.Verification.Codecs;

/// <summary>
/// Finds NAL units in an H.264 or HEVC byte stream (Annex B) however it is cut into pieces, and keeps only the first bytes of each:
/// headers are all that counting needs.
/// </summary>
internal sealed class AnnexBReader(AnnexBReader.NalHandler onNal)
{
    /// <summary>Called for each NAL unit with its first bytes, the NAL header included.</summary>
    public delegate void NalHandler(ReadOnlySpan<byte> head);

    /// <summary>Bytes kept of one NAL unit: the longest parameter set with all scaling lists fits, a slice header by far.</summary>
    public const int MaxHeadBytes = 1024;

    private readonly byte[] _head = new byte[MaxHeadBytes];
    private int _headLength;
    private int _zeros;
    private bool _inNal;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = _zeros == 0 ? TakeUntilZero(bytes) : TakeAfterZeros(bytes);
        }
    }

    /// <summary>The stream has ended: so has its last NAL unit.</summary>
    public void Finish()
    {
        EndNal();
        _zeros = 0;
    }

    private ReadOnlySpan<byte> TakeUntilZero(ReadOnlySpan<byte> bytes)
    {
        var zero = bytes.IndexOf((byte)0);
        if (zero < 0)
        {
            Keep(bytes);
            return [];
        }

        Keep(bytes[..zero]);
        _zeros = 1;
        return bytes[(zero + 1)..];
    }

    /// <summary>Zeros are held back until it is clear whether they belong to a start code or to the NAL unit.</summary>
    private ReadOnlySpan<byte> TakeAfterZeros(ReadOnlySpan<byte> bytes)
    {
        var next = bytes[0];
        if (next == 0)
        {
            _zeros++;
            return bytes[1..];
        }

        if (next == 1 && _zeros >= 2)
        {
            EndNal();
            _inNal = true;
            _zeros = 0;
            return bytes[1..];
        }

        KeepZeros();
        return bytes;
    }

    private void KeepZeros()
    {
        if (_inNal)
        {
            var count = Math.Min(_zeros, MaxHeadBytes - _headLength);
            _head.AsSpan(_headLength, count).Clear();
            _headLength += count;
        }

        _zeros = 0;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (!_inNal || _headLength == MaxHeadBytes)
        {
            return;
        }

        var kept = bytes[..Math.Min(bytes.Length, MaxHeadBytes - _headLength)];
        kept.CopyTo(_head.AsSpan(_headLength));
        _headLength += kept.Length;
    }

    private void EndNal()
    {
        if (_inNal && _headLength > 0)
        {
            onNal(_head.AsSpan(0, _headLength));
        }

        _inNal = false;
        _headLength = 0;
    }
}
