namespace Lifecycle.Drift;

/// <summary>Tells the handlers of a monitor, one after the other, and knows whether a call comes from one of them.</summary>
/// <param name="failed">Gets what a handler throws: it is the handler's own, and the others are told all the same.</param>
internal sealed class HandlerCalls(Action<Exception> failed)
{
    // What awaits something that a handler completes may go on inside the handler, on its thread, but with its own context: it is not in the handler.
    private readonly AsyncLocal<bool> _inside = new();
    private int _thread = -1;

    /// <summary>Whether this call comes from a handler of this monitor and would keep it from returning.</summary>
    public bool IsHere => Volatile.Read(ref _thread) == Environment.CurrentManagedThreadId && _inside.Value;

    public void Tell<TWord>(Action<TWord>? handlers, TWord word)
    {
        foreach (Action<TWord> handler in Delegate.EnumerateInvocationList(handlers))
        {
            Volatile.Write(ref _thread, Environment.CurrentManagedThreadId);
            _inside.Value = true;
            try
            {
                handler(word);
            }
#pragma warning disable CA1031 // whatever a handler throws
            catch (Exception error)
#pragma warning restore CA1031
            {
                failed(error);
            }
            finally
            {
                _inside.Value = false;
                Volatile.Write(ref _thread, -1);
            }
        }
    }

    /// <param name="monitor">Name of the monitor.</param>
    /// <param name="isInside">Whether the call is known to come from a handler.</param>
    /// <exception cref="InvalidOperationException">The call comes from a handler.</exception>
    public void RequireOutside(string monitor, bool isInside = false)
    {
        if (isInside || IsHere)
        {
            throw new InvalidOperationException(
                $"A handler of the monitor '{monitor}' asked it for a check, for a window or to be opened again. The monitor's background task runs the handler and answers only after it, so waiting here would never end. Ask from elsewhere, for example _ = Task.Run(() => monitor.FlushAsync().AsTask()).");
        }
    }
}
