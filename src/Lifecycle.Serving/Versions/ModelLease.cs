namespace Lifecycle.Serving;

/// <summary>
/// Pins one version of a model: as long as it is held that version is not freed, whatever the alias does. Dispose it; disposing twice changes nothing.
/// </summary>
public sealed class ModelLease : IDisposable
{
    private readonly ServedModel _model;
    private readonly VersionLease _lease;
    private int _disposed;

    // The holder and every run that goes on; the last of them gives the version back.
    private int _users = 1;

    internal ModelLease(ServedModel model, VersionLease lease)
    {
        _model = model;
        _lease = lease;
    }

    /// <summary>The pinned version.</summary>
    public string Version => _lease.Version.Version;

    /// <summary>What it takes and gives.</summary>
    public TensorSignature Signature => _lease.Version.Model.Signature;

    /// <summary>Name of its platform, for example <c>onnx_onnxv1</c>.</summary>
    public string Platform => _lease.Version.Platform;

    /// <summary>Runs the model into new tensors.</summary>
    /// <exception cref="InvalidInputException">The inputs do not fit the signature.</exception>
    /// <exception cref="PredictionFailedException">The model threw.</exception>
    /// <exception cref="ObjectDisposedException">The lease was given back.</exception>
    public TensorSet Run(TensorSet inputs, CancellationToken cancellationToken = default)
    {
        TensorSet outputs = new();
        try
        {
            Run(inputs, outputs, cancellationToken);
            return outputs;
        }
        catch
        {
            outputs.Dispose();
            throw;
        }
    }

    /// <summary>Runs the model into tensors of an earlier run of it, so that their memory is used again.</summary>
    /// <exception cref="InvalidInputException">The inputs do not fit the signature.</exception>
    /// <exception cref="PredictionFailedException">The model threw.</exception>
    /// <exception cref="ObjectDisposedException">The lease was given back.</exception>
    public void Run(TensorSet inputs, TensorSet outputs, CancellationToken cancellationToken = default)
    {
        Enter();
        try
        {
            _model.Run(_lease, inputs, outputs, cancellationToken);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Gives the version back; runs that go on on other threads keep it until they end.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Leave();
        }
    }

    private void Enter()
    {
        for (int users = Volatile.Read(ref _users), seen; ; users = seen)
        {
            ObjectDisposedException.ThrowIf(users == 0 || Volatile.Read(ref _disposed) != 0, this);
            seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
            {
                return;
            }
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            _lease.Release();
        }
    }
}
