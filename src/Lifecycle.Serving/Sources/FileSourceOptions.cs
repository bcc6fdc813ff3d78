namespace Lifecycle.Serving;

/// <summary>How <see cref="FileSource"/> and <see cref="FolderSource"/> look at files.</summary>
public sealed class FileSourceOptions
{
    /// <summary>Time between two looks. 1 s by default; more than zero.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How far apart two equal looks must be before what changed is read: a file that is being written does not settle. 250 ms by default.</summary>
    public TimeSpan SettleTime { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>
    /// Whether the file system is asked to tell of changes at once; what it tells only brings the next look forward. True by default.
    /// Where it cannot tell, for example on many container mounts, the looks alone find the change.
    /// </summary>
    public bool UseWatcher { get; set; } = true;

    /// <summary>Whether a model without a <c>.sha256</c> file is rejected. False by default.</summary>
    public bool RequireDigest { get; set; }

    /// <summary>Whether links may lead out of the source's own folder. False by default: a version with such a link is rejected.</summary>
    public bool AllowLinksOutside { get; set; }

    /// <summary>Largest model that is read, in bytes, all files together. 2 GiB - 1 by default, which is also the largest value.</summary>
    public long MaximumBytes { get; set; } = int.MaxValue;

    /// <summary>Most files of one version in a folder. 1,000 by default.</summary>
    public int MaximumFiles { get; set; } = 1_000;

    /// <summary>How the names of model files end in a folder, most wanted first. <c>.onnx</c> and <c>.zip</c> by default.</summary>
    public IReadOnlyList<string> Endings { get; set; } = [".onnx", ".zip"];

    /// <summary>Is told once of each thing that is passed over: a name that cannot be a version, a version that cannot be read. The host logs it.</summary>
    public Action<string>? Problem { get; set; }

    /// <summary>Reads the stamp of a file; replaced in tests by what poorer file systems give.</summary>
    internal Func<string, FileStamp> Stamp { get; set; } = FileStamp.Of;

    /// <summary>Itself, when its values can be used.</summary>
    internal FileSourceOptions Validated()
    {
        if (PollInterval <= TimeSpan.Zero || PollInterval > TimeSpan.FromDays(1))
        {
            throw new ArgumentException($"FileSourceOptions.PollInterval is {PollInterval}; use more than zero and at most a day.");
        }

        if (SettleTime < TimeSpan.Zero || SettleTime > TimeSpan.FromHours(1))
        {
            throw new ArgumentException($"FileSourceOptions.SettleTime is {SettleTime}; use zero to one hour.");
        }

        if (MaximumBytes is < 1 or > int.MaxValue)
        {
            throw new ArgumentException($"FileSourceOptions.MaximumBytes is {MaximumBytes}; use 1 to {int.MaxValue}.");
        }

        if (MaximumFiles is < 1 or > 10_000)
        {
            throw new ArgumentException($"FileSourceOptions.MaximumFiles is {MaximumFiles}; use 1 to 10000.");
        }

        return Endings is { Count: > 0 } && Endings.All(e => e is { Length: > 1 } && e[0] == '.')
            ? this
            : throw new ArgumentException("FileSourceOptions.Endings must name at least one ending, each with its dot, for example \".onnx\".");
    }
}
