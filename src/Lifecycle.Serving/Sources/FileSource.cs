using System.Runtime.CompilerServices;
using System.Text;

namespace Lifecycle.Serving;

/// <summary>
/// A model in one file. A change is another digest; it is looked for by the file's stamp, which changes with every write, rename and link swap.
/// A file <c>&lt;file&gt;.sha256</c> beside it (<c>&lt;64 hex&gt;  &lt;name&gt;</c>, as <c>sha256sum</c> writes) says the digest the model must have.
/// </summary>
public sealed class FileSource : IModelSource
{
    private readonly string _path;
    private readonly TimeProvider _time;

    /// <summary>Makes a source.</summary>
    /// <param name="path">The file; links are followed.</param>
    /// <param name="time">The clock of the looks; null means the system's.</param>
    public FileSource(string path, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _path = System.IO.Path.GetFullPath(path);
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The file.</summary>
    public string Path => _path;

    /// <summary>Time between two looks. 1 s by default.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How far apart two equal looks must be before a changed file is read. 250 ms by default.</summary>
    public TimeSpan SettleTime { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether a model without a <c>.sha256</c> file is rejected. False by default.</summary>
    public bool RequireDigest { get; init; }

    /// <summary>Largest file that is read, in bytes. 2 GiB - 1 by default, which is also the largest allowed value.</summary>
    public long MaximumBytes { get; init; } = int.MaxValue;

    /// <inheritdoc/>
    public async IAsyncEnumerable<ModelRevision?> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        (FileStamp Model, FileStamp? Digest)? seen = null;
        (Digest, Digest?)? last = null;
        bool missing = false;
        while (true)
        {
            (FileStamp, FileStamp?)? look = seen is null ? Look() : TryLook();
            if (look is null)
            {
                if (!missing)
                {
                    missing = true;
                    yield return null;
                }
            }
            else if (look != seen || missing)
            {
                missing = false;
                if (seen is not null)
                {
                    look = await SettleAsync(look, cancellationToken).ConfigureAwait(false);
                }

                if (look is not null && await TryReadAsync(seen is null, cancellationToken).ConfigureAwait(false) is { } read)
                {
                    seen = look;
                    if ((read.Revision.Digest!.Value, read.Expected) != last)
                    {
                        last = (read.Revision.Digest.Value, read.Expected);
                        yield return read.Revision;
                    }
                }
            }

            await Task.Delay(PollInterval, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    // A file that vanishes between two looks is looked for again; only the first look says that there is none.
    private (FileStamp Model, FileStamp? Digest)? TryLook()
    {
        try
        {
            return Look();
        }
        catch (IOException)
        {
            return null;
        }
    }

    private async ValueTask<(ModelRevision Revision, Digest? Expected)?> TryReadAsync(bool first, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException) when (!first)
        {
            return null;
        }
    }

    private (FileStamp Model, FileStamp? Digest) Look()
    {
        string side = _path + ".sha256";
        return (FileStamp.Of(_path), File.Exists(side) ? FileStamp.Of(side) : null);
    }

    private async ValueTask<(FileStamp, FileStamp?)?> SettleAsync((FileStamp, FileStamp?)? look, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(SettleTime, _time, cancellationToken).ConfigureAwait(false);
            (FileStamp, FileStamp?)? again = TryLook();
            if (again == look)
            {
                return look;
            }

            look = again;
        }
    }

    private async ValueTask<(ModelRevision, Digest?)> ReadAsync(CancellationToken cancellationToken)
    {
        (Digest? expected, string? refusal) = await ExpectedAsync(cancellationToken).ConfigureAwait(false);
        byte[] bytes = [];
        using (FileStream file = new(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, useAsync: true))
        {
            if (file.Length > MaximumBytes)
            {
                refusal = $"guard: '{_path}' has {file.Length} bytes; at most {MaximumBytes} are read";
            }
            else
            {
                bytes = GC.AllocateUninitializedArray<byte>((int)file.Length);
                await file.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            }
        }

        Digest digest = Digest.Of(bytes);
        ModelContent content = new([new ContentFile(System.IO.Path.GetFileName(_path), bytes, expected)]);
        return (ModelRevision.FromFiles(digest.Hex[..12], digest, _ => refusal is not null
            ? throw new ModelRejectedException(refusal)
            : new ValueTask<ModelContent>(content)), expected);
    }

    private async ValueTask<(Digest? Expected, string? Refusal)> ExpectedAsync(CancellationToken cancellationToken)
    {
        string side = _path + ".sha256";
        if (!File.Exists(side))
        {
            return (null, RequireDigest ? $"digest: '{side}' is missing; write it with sha256sum" : null);
        }

        byte[] line = new byte[64];
        using FileStream file = new(side, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, useAsync: true);
        int length = await file.ReadAtLeastAsync(line, line.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return Digest.TryParse(Encoding.ASCII.GetString(line.AsSpan(0, length)), out Digest digest)
            ? (digest, null)
            : (null, $"digest: '{side}' does not begin with 64 hex digits; write it with sha256sum");
    }
}
