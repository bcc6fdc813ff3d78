using System.Globalization;
using System.Text;
using Lifecycle.Tracking;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Lifecycle.MLNet;

/// <summary>Collects the messages of an <see cref="MLContext"/> for a run.</summary>
internal sealed class LogChannel : IDisposable
{
    public const string Path = "lifecycle/mlnet.log";

    private const int MostBytes = 1 << 20;
    private const int Reserved = 64;

    private readonly MLContext _context;
    private readonly Run _run;
    private readonly MemoryStream _text = new();
    private long _leftOut;

    private LogChannel(MLContext context, Run run)
    {
        _context = context;
        _run = run;
    }

    public static void Attach(MLContext context, Run run)
    {
        LogChannel channel = new(context, run);
        context.Log += channel.Add;
        run.BeforeEnd("mlnet.log", channel.WriteAsync);
    }

    /// <summary>Stops listening.</summary>
    public void Dispose()
    {
        _context.Log -= Add;
        _text.Dispose();
    }

    private void Add(object? sender, LoggingEventArgs message)
    {
        if (message.Kind < ChannelMessageKind.Info)
        {
            return;
        }

        byte[] line = Encoding.UTF8.GetBytes(message.Message + "\n");
        lock (_text)
        {
            if (_leftOut > 0 || _text.Length + line.Length > MostBytes - Reserved)
            {
                _leftOut++;
            }
            else
            {
                _text.Write(line);
            }
        }
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        _context.Log -= Add;
        byte[] bytes;
        lock (_text)
        {
            if (_leftOut > 0)
            {
                _text.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"... {_leftOut} more messages\n")));
            }

            bytes = _text.ToArray();
        }

        if (bytes.Length > 0)
        {
            await _run.LogArtifactAsync(Path, bytes, cancellationToken).ConfigureAwait(false);
        }
    }
}
