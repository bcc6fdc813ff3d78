using Microsoft.Extensions.Logging;

namespace Lifecycle.Drift.Tests;

/// <summary>Keeps what is logged.</summary>
internal sealed class ListLogger : ILogger<DriftMonitors>
{
    private readonly List<(LogLevel Level, int Event, string Message)> _lines = [];

    public IReadOnlyList<(LogLevel Level, int Event, string Message)> Lines
    {
        get
        {
            lock (_lines)
            {
                return [.. _lines];
            }
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
        {
            _lines.Add((logLevel, eventId.Id, formatter(state, exception)));
        }
    }
}
