using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Lifecycle.Serving;

/// <summary>
/// Writes to the audit log which versions came and went, behind the back of those who load: neither a slow nor a failing store holds up a swap.
/// </summary>
internal sealed class ServingAudit : IAsyncDisposable
{
    private const int Waiting = 1_024;

    private readonly Channel<AuditRecord> _records = Channel.CreateBounded<AuditRecord>(new BoundedChannelOptions(Waiting) { SingleReader = true });
    private readonly LifecycleDatabase _database;
    private readonly IAuditLog _log;
    private readonly ILogger _logger;
    private readonly Task _writing;

    public ServingAudit(LifecycleDatabase database, IAuditLog log, ILogger logger)
    {
        _database = database;
        _log = log;
        _logger = logger;
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Tells of one version.</summary>
    /// <param name="action">For example <c>serving.version.published</c>.</param>
    /// <param name="model">The model.</param>
    /// <param name="version">Its version; null when it is about the whole model.</param>
    /// <param name="digest">Bytes of the version.</param>
    /// <param name="reason">Why.</param>
    public void Tell(string action, string model, string? version, Digest? digest, string? reason)
    {
        AuditRecord record = new(action, $"model/{model}", After: State(version, digest), Reason: reason);
        if (!_records.Writer.TryWrite(record))
        {
            ServingLog.NotAudited(_logger, null, action, model, "too many entries wait");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _records.Writer.TryComplete();
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WriteAsync()
    {
        await foreach (AuditRecord record in _records.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await _database.WriteAsync(
                    async (transaction, token) => await _log.AppendAsync(transaction, record, token).ConfigureAwait(false), CommitDurability.Flushed).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                ServingLog.NotAudited(_logger, error, record.Action, record.Subject, Phrase.Of(error.Message));
            }
        }
    }

    private static string? State(string? version, Digest? digest)
    {
        if (version is null)
        {
            return null;
        }

        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes))
        {
            writer.WriteStartObject();
            writer.WriteString("version", version);
            if (digest is { } known)
            {
                writer.WriteString("digest", known.ToString());
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
