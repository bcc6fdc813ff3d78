using System.Runtime.CompilerServices;

namespace Lifecycle.Validation;

public sealed partial class DataContract<T>
{
    /// <summary>
    /// Streams the records that keep the contract and hands each other one, with all its violations, to a callback before going on; in the order of the source.
    /// A record is sent back when it breaks a rule of severity Error that allows no exception (mostly = 1), or when code of a rule throws for it. Rules about
    /// figures and shares cannot send a single record back; what they found is in the result.
    /// </summary>
    /// <param name="records">The records; read once, at most 4,096 ahead.</param>
    /// <param name="rejected">Takes what is sent back. When it throws, the stream ends with its exception: no record is dropped unseen.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ContractException">The source threw; what was found before is in <see cref="ContractException.Partial"/>.</exception>
    public IAsyncEnumerable<T> Accepted(IEnumerable<T> records, Action<RejectedRow<T>> rejected, CancellationToken cancellationToken = default) =>
        Accepted(records, rejected, null, null, cancellationToken);

    /// <inheritdoc cref="Accepted(IEnumerable{T}, Action{RejectedRow{T}}, CancellationToken)"/>
    /// <param name="records">The records; read once, at most 4,096 ahead.</param>
    /// <param name="rejected">Takes what is sent back.</param>
    /// <param name="completed">Takes the result once the source is at its end; null when nobody wants it.</param>
    /// <param name="options">How records are checked.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public IAsyncEnumerable<T> Accepted(
        IEnumerable<T> records, Action<RejectedRow<T>> rejected, Action<ContractResult>? completed, ContractOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(rejected);
        return AcceptedCore(new Feed(records), rejected, completed, options, cancellationToken);
    }

    /// <inheritdoc cref="Accepted(IEnumerable{T}, Action{RejectedRow{T}}, CancellationToken)"/>
    public IAsyncEnumerable<T> Accepted(IAsyncEnumerable<T> records, Action<RejectedRow<T>> rejected, CancellationToken cancellationToken = default) =>
        Accepted(records, rejected, null, null, cancellationToken);

    /// <inheritdoc cref="Accepted(IEnumerable{T}, Action{RejectedRow{T}}, Action{ContractResult}, ContractOptions, CancellationToken)"/>
    public IAsyncEnumerable<T> Accepted(
        IAsyncEnumerable<T> records, Action<RejectedRow<T>> rejected, Action<ContractResult>? completed, ContractOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(rejected);
        return AcceptedCore(new Feed(records), rejected, completed, options, cancellationToken);
    }

    private async IAsyncEnumerable<T> AcceptedCore(
        Feed feed, Action<RejectedRow<T>> rejected, Action<ContractResult>? completed, ContractOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RecordSource<T> source = Begin(options, cancellationToken);
        feed.Begin(cancellationToken);
        await using (feed.ConfigureAwait(false))
        {
            bool more = true;
            while (more)
            {
                cancellationToken.ThrowIfCancellationRequested();
                more = await feed.FillAsync(source).ConfigureAwait(false);
                int rows = source.Buffered.Length;
                ReadOnlyMemory<T> records = source.Buffered;
                long first = source.Run.Rows;
                source.Flush();
                for (int row = 0; row < rows; row++)
                {
                    if (Quarantine.Violations(source.Run, first, row) is { } violations)
                    {
                        rejected(new RejectedRow<T>(records.Span[row], first + row, violations));
                    }
                    else
                    {
                        yield return records.Span[row];
                    }
                }
            }

            feed.ThrowIfBroken(source);
        }

        completed?.Invoke(source.Finish());
    }

    /// <summary>
    /// Reads ahead as long as the source does not wait: a live stream hands its records on at once, a fast one in whole chunks.
    /// </summary>
    private sealed class Feed : IAsyncDisposable
    {
        private readonly IEnumerable<T>? _plain;
        private readonly IAsyncEnumerable<T>? _waiting;
        private IEnumerator<T>? _next;
        private IAsyncEnumerator<T>? _nextAsync;
        private Task<bool>? _pending;
        private CancellationTokenSource? _stop;
        private Exception? _error;

        public Feed(IEnumerable<T> records) => _plain = records;

        public Feed(IAsyncEnumerable<T> records) => _waiting = records;

        public void Begin(CancellationToken cancellationToken)
        {
            _next = _plain?.GetEnumerator();
            _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            _nextAsync = _waiting?.GetAsyncEnumerator(_stop.Token);
        }

        /// <summary>Fills the chunk; false at the end of the source, also when that is an error: see <see cref="ThrowIfBroken"/>.</summary>
        public async ValueTask<bool> FillAsync(RecordSource<T> source)
        {
            try
            {
                return _next is not null ? Fill(source, _next) : await FillAsync(source, _nextAsync!).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                _error = error;
                return false;
            }
        }

        /// <summary>Tells the error of the source, after the records before it were handed on.</summary>
        public void ThrowIfBroken(RecordSource<T> source)
        {
            if (_error is { } error)
            {
                throw source.IsCancellation(error) ? new OperationCanceledException(error.Message, error, source.Run.CancellationToken) : new ContractException(ContractJudge.Judge(source.Run), error);
            }
        }

        public async ValueTask DisposeAsync()
        {
            _next?.Dispose();
            if (_nextAsync is null)
            {
                return;
            }

            await _stop!.CancelAsync().ConfigureAwait(false);
            if (_pending is not null)
            {
                await ((Task)_pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            await _nextAsync.DisposeAsync().ConfigureAwait(false);
            _stop.Dispose();
        }

        private static bool Fill(RecordSource<T> source, IEnumerator<T> next)
        {
            while (next.MoveNext())
            {
                if (source.Add(next.Current))
                {
                    return true;
                }
            }

            return false;
        }

        private async ValueTask<bool> FillAsync(RecordSource<T> source, IAsyncEnumerator<T> next)
        {
            while (true)
            {
                Task<bool> moved = _pending ?? next.MoveNextAsync().AsTask();
                _pending = null;
                if (!moved.IsCompleted && source.Buffered.Length > 0)
                {
                    _pending = moved;
                    return true;
                }

                if (!await moved.ConfigureAwait(false))
                {
                    return false;
                }

                if (source.Add(next.Current))
                {
                    return true;
                }
            }
        }
    }
}
