using System.Runtime.CompilerServices;

namespace Lifecycle.Validation;

public sealed partial class ColumnContract
{
    /// <summary>
    /// Streams the rows that keep the contract, batch by batch, and hands the others of each batch, with all their violations, to a callback before going on.
    /// A row is sent back when it breaks a rule of severity Error that allows no exception (mostly = 1), or when code of a rule throws for it. A batch of which
    /// nothing is left is not handed on.
    /// </summary>
    /// <param name="rows">The batches; read once.</param>
    /// <param name="rejected">Takes what is sent back. When it throws, the stream ends with its exception: no row is dropped unseen.</param>
    /// <param name="completed">Takes the result once the source is at its end; null when nobody wants it.</param>
    /// <param name="options">How rows are checked.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ContractException">The source threw or its columns changed; what was found before is in <see cref="ContractException.Partial"/>.</exception>
    public async IAsyncEnumerable<ColumnBatch> Accepted(
        IAsyncEnumerable<ColumnBatch> rows, Action<RejectedRows> rejected, Action<ContractResult>? completed = null, ContractOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(rejected);
        ColumnSource source = new(Definition, options, cancellationToken);
        IAsyncEnumerator<ColumnBatch> next = rows.GetAsyncEnumerator(cancellationToken);
        await using (next.ConfigureAwait(false))
        {
            while (await source.GuardAsync(() => next.MoveNextAsync()).ConfigureAwait(false))
            {
                if (source.Sort(next.Current, rejected) is { } accepted)
                {
                    yield return accepted;
                }
            }
        }

        completed?.Invoke(source.Finish());
    }
}
