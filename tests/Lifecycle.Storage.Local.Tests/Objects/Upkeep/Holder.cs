using System.Runtime.CompilerServices;

namespace Lifecycle.Storage.Local.Tests;

/// <summary>A feature that needs what a test says.</summary>
internal sealed class Holder(string name = "holder") : IBlobReferenceSource
{
    public string Name => name;

    public HashSet<Digest> Needs { get; } = [];

    public Exception? Failure { get; set; }

    public List<string> Problems { get; } = [];

    public Func<Task>? WhenAsked { get; set; }

    public async IAsyncEnumerable<Digest> ReferencesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (Digest digest in Needs.ToArray())
        {
            yield return digest;
        }

        if (WhenAsked is { } asked)
        {
            await asked();
        }

        if (Failure is not null)
        {
            throw Failure;
        }
    }

    public async IAsyncEnumerable<BlobHolder> HoldersAsync(IReadOnlySet<Digest> digests, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        foreach (Digest digest in Needs.Where(digests.Contains))
        {
            yield return new BlobHolder(digest, "thing", digest.Hex[..8]);
        }
    }

    public IAsyncEnumerable<string> ProblemsAsync(CancellationToken cancellationToken = default) => Problems.ToAsyncEnumerable();
}
