using System.Runtime.CompilerServices;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>References that many processes share: a file each, <c>&lt;digest&gt;.&lt;who&gt;</c>.</summary>
internal sealed class NeedsFolder : IBlobReferenceSource
{
    private readonly string _folder;

    public NeedsFolder(string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
    }

    public string Name => "needs";

    public string Add(Digest digest, string who)
    {
        string file = Path.Combine(_folder, $"{digest.Hex}.{who}");
        File.WriteAllBytes(file, []);
        return file;
    }

    public void Remove(Digest digest, string who)
    {
        foreach (string file in Directory.GetFiles(_folder, $"{digest.Hex}.{who}*"))
        {
            File.Delete(file);
        }
    }

    public async IAsyncEnumerable<Digest> ReferencesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;

        // Listed at once: a file that comes while a folder is read may be passed over, and what it names is young then.
        foreach (string file in Directory.GetFiles(_folder))
        {
            yield return Digest.Parse(Path.GetFileName(file)[..64]);
        }
    }
}
