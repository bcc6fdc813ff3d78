namespace Lifecycle.Serving;

/// <summary>
/// Pins one version of a model: as long as it is held that version is not freed, whatever the alias does. Dispose it; disposing twice changes nothing.
/// </summary>
public sealed class ModelLease : IDisposable
{
    private readonly ServedModel _model;
    private readonly VersionLease _lease;
    private int _disposed;

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
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        _model.Run(_lease, inputs, outputs, cancellationToken);
    }

    /// <summary>Gives the version back.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _lease.Release();
        }
    }
}
