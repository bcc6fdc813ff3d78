using Lifecycle.Serving;
using Microsoft.ML.OnnxRuntime;

namespace Lifecycle.OnnxRuntime;

/// <summary>
/// A native session that lives as long as somebody uses it: the model, and each of its slots. Closing a session under a run ends the process,
/// so the last slot that comes back closes it, not the model.
/// </summary>
internal sealed class OnnxSession : IDisposable
{
    private int _users = 1;

    public OnnxSession(InferenceSession native, OnnxSignature signature)
    {
        Native = native;
        Signature = signature;
        InputNames = [.. signature.Tensors.Inputs.Select(s => s.Name)];
        OutputNames = [.. signature.Tensors.Outputs.Select(s => s.Name)];
    }

    public InferenceSession Native { get; }

    public OnnxSignature Signature { get; }

    public string[] InputNames { get; }

    /// <summary>The outputs that are served.</summary>
    public string[] OutputNames { get; }

    /// <summary>Whether the native session is closed.</summary>
    public bool IsClosed => Volatile.Read(ref _users) == 0;

    /// <summary>Keeps the session open until <see cref="Dispose"/> was called once more.</summary>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public void Enter()
    {
        for (int users = Volatile.Read(ref _users); ;)
        {
            ObjectDisposedException.ThrowIf(users == 0, typeof(LoadedModel));
            int seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return;
            }

            users = seen;
        }
    }

    /// <summary>One user less; the last one closes the session.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            Native.Dispose();
        }
    }
}
