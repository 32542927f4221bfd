namespace Pool.Server.Verification.Codecs;

/// <summary>
/// Reads bits of a header, the highest of each byte first. In a NAL unit (H.264 and HEVC §7.2) emulation prevention bytes are skipped. Past
/// the end it reads zeros and says so.
/// </summary>
/// <param name="payload">The bytes.</param>
/// <param name="isNal">Whether they have emulation prevention bytes in them.</param>
internal ref struct BitReader(ReadOnlySpan<byte> payload, bool isNal = true)
{
    private readonly ReadOnlySpan<byte> _bytes = payload;
    private int _position;
    private int _zeros;
    private int _current;
    private int _left;

    /// <summary>Longest Exp-Golomb prefix of a value that fits 32 bits.</summary>
    private const int MaxGolombZeros = 32;

    /// <summary>More bits were read than there are, or a code was impossible.</summary>
    public bool IsExhausted { get; private set; }

    public int ReadBit()
    {
        if (_left == 0 && !NextByte())
        {
            IsExhausted = true;
            return 0;
        }

        _left--;
        return (_current >> _left) & 1;
    }

    public bool ReadFlag() => ReadBit() == 1;

    public uint ReadBits(int count)
    {
        uint value = 0;
        for (var i = 0; i < count; i++)
        {
            value = (value << 1) | (uint)ReadBit();
        }

        return value;
    }

    /// <summary>Goes over <paramref name="count"/> bits.</summary>
    public void Skip(int count)
    {
        for (var i = 0; i < count && !IsExhausted; i++)
        {
            ReadBit();
        }
    }

    /// <summary>ue(v), H.264 §9.1.</summary>
    public uint ReadUe()
    {
        var zeros = 0;
        while (ReadBit() == 0)
        {
            if (IsExhausted || ++zeros >= MaxGolombZeros)
            {
                IsExhausted = true;
                return 0;
            }
        }

        return (uint)((1UL << zeros) - 1 + ReadBits(zeros));
    }

    /// <summary>se(v), H.264 §9.1.1.</summary>
    public int ReadSe()
    {
        var code = ReadUe();
        var magnitude = (int)((code + 1UL) / 2);
        return (code & 1) == 1 ? magnitude : -magnitude;
    }

    private bool NextByte()
    {
        if (isNal && _position < _bytes.Length && _zeros >= 2 && _bytes[_position] == 3)
        {
            _position++;
            _zeros = 0;
        }

        if (_position >= _bytes.Length)
        {
            return false;
        }

        _current = _bytes[_position++];
        _zeros = _current == 0 ? _zeros + 1 : 0;
        _left = 8;
        return true;
    }
}
