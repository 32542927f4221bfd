namespace Pool.Server.Verification.Codecs;

/// <summary>The pictures of a stream, added up.</summary>
internal sealed class PictureTally
{
    /// <summary>Pictures of five minutes at 240 a second: more are not believed, and need not be remembered.</summary>
    public const int MaxPictures = 72_000;

    /// <summary>Frames that a decoder puts out.</summary>
    public long Frames { get; private set; }

    /// <summary>Pictures that have a place in time of their own, but that a decoder does not put out.</summary>
    public long Skipped { get; private set; }

    /// <summary>Sum over the frames of their cropped width × height.</summary>
    public long Pixels { get; private set; }

    /// <summary>Size of the first frame in pixels.</summary>
    public (int Width, int Height) Size { get; private set; }

    /// <summary>Frames, of those that are put out, at which a decoder can start.</summary>
    public long KeyFrames { get; private set; }

    /// <summary>Whether the first picture needs no other.</summary>
    public bool StartsWithKeyFrame { get; private set; }

    /// <summary>What is wrong with the pictures, in a sentence; null as long as nothing is.</summary>
    public string? Fault { get; private set; }

    /// <summary>A picture that a decoder puts out.</summary>
    public void CountShown(int width, int height, bool isKeyFrame)
    {
        Begin(isKeyFrame);
        if (Frames == 0)
        {
            Size = (width, height);
        }

        Frames++;
        KeyFrames += isKeyFrame ? 1 : 0;
        Pixels += (long)width * height;
    }

    /// <summary>A picture with a place in time of its own that a decoder does not put out.</summary>
    public void CountSkipped(bool isKeyFrame)
    {
        Begin(isKeyFrame);
        Skipped++;
    }

    /// <summary>A picture that refers to headers or pictures that never came; it cannot be counted.</summary>
    public void CountUndecodable() => SetFault("it has pictures without parameter sets");

    /// <summary>Says what is wrong; the first fault is kept.</summary>
    public void SetFault(string fault) => Fault ??= fault;

    private void Begin(bool isKeyFrame)
    {
        if (Frames + Skipped == 0)
        {
            StartsWithKeyFrame = isKeyFrame;
        }
        else if (Frames + Skipped >= MaxPictures)
        {
            SetFault($"it has more than {MaxPictures} pictures");
        }
    }
}
